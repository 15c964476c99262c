// Views of apps: the modal on top of this person's stack, and an app's Home.

import { type FormEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { act } from "./api";
import { Blocks } from "./blocks";
import { type Element, type Entry, Field, initial } from "./fields";
import { useWorld } from "./names";
import type { Block, Text, User, View } from "./wire";

interface Input extends Block {
  label: Text;
  element: Element;
  hint?: Text;
  optional?: boolean;
  dispatch_action?: boolean;
}

/** The browser's own dialog: it holds the focus, hears Escape, and gives the focus back. */
export function Modal({ view, depth }: { view: View; depth: number }) {
  const { me } = useWorld();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  // By view: what is below on the stack keeps what was written in it.
  const [written, fill] = useState<Record<string, Record<string, Entry>>>({});
  const entries = written[view.id] ?? {};
  const [errors, mark] = useState<Record<string, string>>({});
  const [failure, fail] = useState("");
  const [isSending, wait] = useState(false);

  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close(); // before it is gone: only then does the browser give the focus back
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another view, other fields
  useEffect(() => {
    mark({});
    fail("");
  }, [view.id]);
  useEffect(() => {
    if (Object.keys(errors).length)
      dialog.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    wait(true);
    fail("");
    try {
      const done = await act(me, "submit", { view_id: view.id, values: given(view, entries) });
      mark(done.errors ?? {});
      if (done.acked === false && done.error !== "incomplete")
        fail("The app did not answer. What you wrote is still here: try again.");
      else if (done.error && done.error !== "incomplete")
        fail(`The app's answer could not be shown (${done.error}).`);
    } catch (why) {
      fail(why instanceof Error ? why.message : "It could not be sent.");
    } finally {
      wait(false);
    }
  };
  const close = (everything: boolean) => {
    act(me, "close", { everything }).catch((why: Error) => fail(why.message));
  };
  return (
    <dialog
      ref={dialog}
      className="modal"
      aria-labelledby={title}
      onCancel={(event) => {
        event.preventDefault();
        close(false);
      }}
    >
      <form onSubmit={submit} noValidate>
        <header>
          <h2 id={title}>{view.title.text}</h2>
          <button type="button" className="close" aria-label="Close" onClick={() => close(true)}>
            ×
          </button>
        </header>
        <section className="fields" tabIndex={0} aria-label={view.title.text}>
          {failure ? (
            <p className="failure" role="alert">
              {failure}
            </p>
          ) : null}
          <ViewBlocks
            view={view}
            entries={entries}
            errors={errors}
            fail={fail}
            change={(block, entry) => {
              fill((before) => ({ ...before, [view.id]: { ...before[view.id], [block]: entry } }));
              mark(({ [block]: _, ...rest }) => rest);
            }}
          />
        </section>
        <footer>
          {view.submit || view.close || depth > 1 ? (
            <button type="button" onClick={() => close(false)}>
              {view.close?.text ?? (depth > 1 ? "Back" : "Cancel")}
            </button>
          ) : null}
          {view.submit ? (
            <button type="submit" className="primary" disabled={isSending}>
              {isSending ? "Sending…" : view.submit.text}
            </button>
          ) : null}
        </footer>
      </form>
    </dialog>
  );
}

function inputs(view: View): Input[] {
  return view.blocks.filter((block) => block.type === "input") as Input[];
}

function held(view: View, block: Input, entries: Record<string, Entry>): Entry {
  const id = block.block_id ?? "";
  return entries[id] ?? initial(block.element, view.state.values[id]?.[block.element.action_id]);
}

/** Every field, by its block: what was left empty as well, so that what was there before is gone. */
function given(view: View, entries: Record<string, Entry>): Record<string, Entry | null> {
  return Object.fromEntries(
    inputs(view).map((block) => [block.block_id ?? "", held(view, block, entries) || null]),
  );
}

interface ViewBlocksProps {
  view: View;
  entries: Record<string, Entry>;
  errors: Record<string, string>;
  fail: (why: string) => void;
  change: (block: string, entry: Entry) => void;
}

function ViewBlocks({ view, entries, errors, fail, change }: ViewBlocksProps) {
  const { me } = useWorld();
  const press = (block_id: string, action_id: string, value?: Entry) => {
    const values = given(view, entries);
    const chosen = value === undefined ? {} : { value };
    act(me, "click_in_view", { view_id: view.id, block_id, action_id, values, ...chosen })
      .then(({ acked }) => fail(acked === false ? "The app did not answer. Try again." : ""))
      .catch((why: Error) => fail(why.message));
  };
  return view.blocks.map((block, at) => {
    const id = block.block_id ?? String(at);
    if (block.type !== "input")
      return <Blocks key={id} blocks={[block]} scope={`${view.id}:${id}`} act={press} />;
    const input = block as Input;
    return (
      <Labelled
        key={id}
        block={input}
        entry={held(view, input, entries)}
        error={errors[id]}
        change={(entry) => {
          change(id, entry);
          if (input.dispatch_action) press(id, input.element.action_id, entry);
        }}
      />
    );
  });
}

interface LabelledProps {
  block: Input;
  entry: Entry;
  error: string | undefined;
  change: (entry: Entry) => void;
}

function Labelled({ block, entry, error, change }: LabelledProps) {
  const id = useId();
  const isGroup = /^(checkboxes|radio_buttons)$/.test(block.element.type);
  const described =
    [block.hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const named = (
    <>
      {block.label.text}
      {block.optional ? <small> (optional)</small> : null}
    </>
  );
  return (
    <div className="field">
      {isGroup ? <span className="label">{named}</span> : <label htmlFor={id}>{named}</label>}
      <Field
        id={id}
        element={block.element}
        entry={entry}
        change={change}
        label={block.label.text}
        error={error}
        describedBy={described}
        required={!block.optional}
      />
      {block.hint ? (
        <p className="hint" id={`${id}-hint`}>
          {block.hint.text}
        </p>
      ) : null}
      {error ? (
        <p className="error" role="alert" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
    </div>
  );
}

export function Home({ app }: { app: User }) {
  const world = useWorld();
  const [entries, fill] = useState<Record<string, Entry>>({});
  const [failure, fail] = useState("");
  const view = app.app_id ? world.homes.get(app.app_id) : undefined;
  useEffect(() => {
    act(world.me, "open_home", app.app_id ? { app: app.app_id } : {}).catch(() => {});
  }, [world.me, app.app_id]);
  if (!view) {
    return (
      <div className="home empty">
        <p>{app.real_name} has nothing on its Home yet. Its messages are in the other tab.</p>
      </div>
    );
  }
  return (
    <div className="home">
      {failure ? (
        <p className="failure" role="alert">
          {failure}
        </p>
      ) : null}
      <ViewBlocks
        view={view}
        entries={entries}
        errors={{}}
        fail={fail}
        change={(block, entry) => fill((before) => ({ ...before, [block]: entry }))}
      />
    </div>
  );
}
