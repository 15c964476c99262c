// Where somebody writes: Enter sends, Shift and Enter begin a line; @ finds people, / finds commands.

import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { act } from "./api";
import { asSent, useWorld } from "./names";

interface Suggestion {
  insert: string;
  name: string;
  hint: string;
}

interface Props {
  label: string;
  placeholder: string;
  send: (text: string) => Promise<unknown>;
  channel: string;
  thread?: string;
  draft?: string;
  isFocused?: boolean;
}

const MOST_SUGGESTIONS = 8;

/** What was begun and not sent, by who and where: it is there when they come back, as in Slack. */
const unsent = new Map<string, string>();

export function Composer(props: Props) {
  const { label, placeholder, send, channel, thread = "", draft = "", isFocused = false } = props;
  const world = useWorld();
  const slot = `${world.me} ${channel} ${thread}`;
  const [text, write] = useState(() => draft || (unsent.get(slot) ?? ""));
  const [caret, setCaret] = useState(text.length);
  const [chosen, choose] = useState(0);
  const [isClosed, close] = useState(false);
  const [failure, fail] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const list = useId();

  useEffect(() => {
    if (text) unsent.set(slot, text);
    else unsent.delete(slot);
  }, [slot, text]);
  useEffect(() => {
    if (isFocused || draft) field.current?.focus({ preventScroll: true });
  }, [isFocused, draft]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it grows with what is written
  useLayoutEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  }, [text]);

  const found = isClosed ? null : suggested(text, caret, world);
  const options = found?.options ?? [];
  const at = Math.min(chosen, options.length - 1);

  const change = (next: string, caretAt: number) => {
    write(next);
    setCaret(caretAt);
    choose(0);
    close(false);
    fail("");
  };
  const take = (one: Suggestion) => {
    if (!found) return;
    const next = `${text.slice(0, found.from)}${one.insert} ${text.slice(caret)}`;
    change(next, found.from + one.insert.length + 1);
    field.current?.focus();
    requestAnimationFrame(() =>
      field.current?.setSelectionRange(
        found.from + one.insert.length + 1,
        found.from + one.insert.length + 1,
      ),
    );
  };
  const submit = async () => {
    const said = text.trim();
    if (!said) return;
    change("", 0);
    try {
      await deliver(said);
    } catch (why) {
      write((now) => now || text);
      fail(why instanceof Error ? why.message : "It could not be sent.");
    }
  };
  const deliver = async (said: string) => {
    const [, command, rest] = /^(\/\S+)\s*([\s\S]*)$/.exec(said) ?? [];
    if (command === undefined) return send(asSent(said, world));
    const done = await act(world.me, "slash", { command, text: rest, channel });
    if (done.acked === false) throw new Error(`${command} was not answered. Try again.`);
    return done;
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (options.length && step) {
      event.preventDefault();
      choose((at + step + options.length) % options.length);
    } else if (
      options.length &&
      (event.key === "Tab" || event.key === "Enter") &&
      !event.shiftKey &&
      options[at]
    ) {
      if (event.key === "Enter" && text.trim() === options[at].insert) return submitFrom(event);
      event.preventDefault();
      take(options[at]);
    } else if (options.length && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key === "Enter" && !event.shiftKey) submitFrom(event);
  };
  const submitFrom = (event: KeyboardEvent) => {
    event.preventDefault();
    submit();
  };

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {options.length ? (
        <div className="suggestions" id={list} role="listbox" aria-label={found?.kind}>
          {options.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text field's
            <div
              key={one.insert}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one)}
            >
              <b>{one.name}</b>
              <span>{one.hint}</span>
            </div>
          ))}
        </div>
      ) : null}
      {failure ? (
        <p className="failure" role="alert">
          {failure}
        </p>
      ) : null}
      <div className="writing">
        <textarea
          ref={field}
          rows={1}
          aria-label={label}
          aria-autocomplete="list"
          aria-controls={options.length ? list : undefined}
          aria-activedescendant={options.length ? `${list}-${at}` : undefined}
          placeholder={placeholder}
          value={text}
          onChange={({ target }) => change(target.value, target.selectionStart)}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          onKeyDown={pressed}
        />
        <button type="submit" className="send" aria-label="Send" disabled={!text.trim()}>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M2.6 3.2 18 10 2.6 16.8l1.7-5.6L11 10 4.3 8.8z" fill="currentColor" />
          </svg>
        </button>
      </div>
    </form>
  );
}

function suggested(text: string, caret: number, world: ReturnType<typeof useWorld>) {
  const before = text.slice(0, caret);
  const command = /^\/\S*$/.exec(before);
  if (command) {
    const options = world.commands
      .filter((one) => one.command.startsWith(before))
      .map((one) => ({
        insert: one.command,
        name: one.command,
        hint: [one.usage_hint, one.description ?? one.app].filter(Boolean).join(" · "),
      }));
    return { kind: "Commands", from: 0, options: options.slice(0, MOST_SUGGESTIONS) };
  }
  const mention = /(?<![\w@])@([\p{L}\d._-]*)$/u.exec(before);
  if (!mention) return null;
  const wanted = (mention[1] ?? "").toLowerCase();
  const options = [...world.people.values()]
    .filter(
      (one) =>
        !one.deleted &&
        [one.name, ...one.real_name.split(/\s+/)].some((part) => part.toLowerCase().startsWith(wanted)),
    )
    .sort((one, other) => Number(other.is_bot) - Number(one.is_bot))
    .map((one) => ({
      insert: `@${one.real_name}`,
      name: one.real_name,
      hint: one.is_bot ? "app" : one.title,
    }));
  return { kind: "People", from: mention.index, options: options.slice(0, MOST_SUGGESTIONS) };
}
