// One message: who said it, when, what, and what can be done with it.

import { type ReactNode, useRef, useState } from "react";
import { act } from "./api";
import { Blocks } from "./blocks";
import { Confirm, type Confirmation } from "./confirm";
import { Avatar, asSent, asWritten, clock, sender, useWorld } from "./names";
import type { Block, Message } from "./wire";
import { isAnnouncement } from "./world";

const FACES: Record<string, string> = {
  "+1": "👍",
  thumbsup: "👍",
  "-1": "👎",
  heart: "❤️",
  eyes: "👀",
  tada: "🎉",
  white_check_mark: "✅",
  hourglass_flowing_sand: "⏳",
};

interface Props {
  message: Message;
  channel: string;
  isContinued: boolean;
  onFailure: (why: string) => void;
  replies?: Message[];
  openThread?: (ts: string) => void;
  showReceipt?: ((ts: string) => void) | undefined;
  isShownInReceipt?: boolean;
}

export function OneMessage(props: Props) {
  const {
    message,
    channel,
    isContinued,
    onFailure,
    replies = [],
    openThread,
    showReceipt,
    isShownInReceipt,
  } = props;
  const world = useWorld();
  const [editing, edit] = useState(false);
  const [deleting, remove] = useState(false);
  const article = useRef<HTMLElement>(null);
  const name = sender(world, message);
  const isApp = message.app_id !== undefined || message.bot_id !== undefined;
  const isMine = message.user === world.me && !message.is_ephemeral;
  const attempt = (doing: Promise<unknown>) => doing.catch((why: Error) => onFailure(why.message));
  const edited = () => {
    edit(false);
    requestAnimationFrame(() => article.current?.querySelector<HTMLElement>(".tools .edit")?.focus());
  };
  const press = (block_id: string, action_id: string, value?: unknown) => {
    attempt(
      act(world.me, "click", {
        channel,
        ts: message.ts,
        action_id,
        block_id,
        ...(value === undefined ? {} : { value }),
      }).then(({ acked, error }) => {
        if (acked === false) onFailure(`${name} did not answer${error ? ` (${error})` : ""}. Try again.`);
      }),
    );
  };
  if (isAnnouncement(message)) return <Announcement message={message} />;
  const classes = [
    "message",
    isContinued && "continued",
    message.is_ephemeral && "ephemeral",
    isShownInReceipt && "in-receipt",
  ];
  return (
    <article
      ref={article}
      className={classes.filter(Boolean).join(" ")}
      aria-label={`${name}, ${clock(message.ts)}`}
      aria-busy={message.streaming || undefined}
      data-ts={message.ts}
    >
      {isContinued ? (
        <span className="gutter">{clock(message.ts)}</span>
      ) : (
        <Avatar name={name} isApp={isApp} />
      )}
      <div className="body">
        {message.is_ephemeral ? <p className="only-you">Only visible to you</p> : null}
        {isContinued ? null : (
          <p className="by">
            <b>{name}</b>
            {isApp ? <span className="tag">APP</span> : null}
            <time>{clock(message.ts)}</time>
          </p>
        )}
        {editing ? (
          <Editing
            text={asWritten(message.text, world)}
            cancel={edited}
            save={(text) => {
              edited();
              attempt(act(world.me, "edit", { channel, ts: message.ts, text: asSent(text, world) }));
            }}
          />
        ) : (
          <div className={message.streaming ? "said streaming" : "said"}>
            <Blocks blocks={shown(message)} scope={`${channel}:${message.ts}`} act={press} />
            {message.edited ? <span className="edited">(edited)</span> : null}
            {message.files?.map((file) => (
              <span key={file.id} className="file">
                📎 {file.name}
              </span>
            ))}
          </div>
        )}
        <Reactions
          message={message}
          toggle={(face, add) =>
            attempt(act(world.me, "react", { channel, ts: message.ts, name: face, add }))
          }
        />
        {replies.length && openThread ? (
          <Summary replies={replies} open={() => openThread(message.ts)} />
        ) : null}
      </div>
      {message.is_ephemeral ? null : (
        <div className="tools">
          {showReceipt ? (
            <button type="button" onClick={() => showReceipt(message.ts)}>
              Receipt
            </button>
          ) : null}
          {openThread ? (
            <button type="button" onClick={() => openThread(message.ts)}>
              Reply in thread
            </button>
          ) : null}
          {isMine && !editing ? (
            <>
              <button type="button" className="edit" onClick={() => edit(true)}>
                Edit
              </button>
              <button type="button" onClick={() => remove(true)}>
                Delete
              </button>
            </>
          ) : null}
        </div>
      )}
      {deleting ? (
        <Confirm
          said={SURE_TO_DELETE}
          done={(isSure) => {
            remove(false);
            if (isSure) attempt(act(world.me, "delete", { channel, ts: message.ts }));
          }}
        />
      ) : null}
    </article>
  );
}

const SURE_TO_DELETE: Confirmation = {
  title: { text: "Delete this message?" },
  text: { text: "Nobody will see it any more. This cannot be undone." },
  confirm: { text: "Delete" },
  deny: { text: "Keep it" },
  style: "danger",
};

/** A message without blocks is its text. */
function shown(message: Message): Block[] {
  if (message.blocks?.length) return message.blocks;
  return message.text
    ? [{ type: "section", block_id: "text", text: { type: "mrkdwn", text: message.text } }]
    : [];
}

function Announcement({ message }: { message: Message }) {
  const world = useWorld();
  const said = message.text.replace(/<@(\w+)>/g, (_, id: string) => world.people.get(id)?.real_name ?? id);
  const name = sender(world, message);
  return (
    <p className="announcement">
      {said.startsWith("has ") || said.startsWith("made ") ? `${name} ${said}` : said}
    </p>
  );
}

function Reactions({ message, toggle }: { message: Message; toggle: (name: string, add: boolean) => void }) {
  const { me } = useWorld();
  if (!message.reactions?.length) return null;
  return (
    <p className="reactions">
      {message.reactions.map(({ name, users, count }) => (
        <button
          key={name}
          type="button"
          aria-pressed={users.includes(me)}
          aria-label={`${name.replaceAll("_", " ")}, ${count}`}
          onClick={() => toggle(name, !users.includes(me))}
        >
          {FACES[name] ?? `:${name}:`} {count}
        </button>
      ))}
    </p>
  );
}

function Summary({ replies, open }: { replies: Message[]; open: () => void }): ReactNode {
  const world = useWorld();
  const last = replies.at(-1);
  const by = [...new Set(replies.map((one) => one.user ?? one.username ?? ""))].slice(0, 3);
  return (
    <button type="button" className="summary" onClick={open}>
      {by.map((id) => (
        <Avatar
          key={id}
          name={world.people.get(id)?.real_name ?? id}
          isApp={world.people.get(id)?.is_bot ?? false}
        />
      ))}
      <b>{replies.length === 1 ? "1 reply" : `${replies.length} replies`}</b>
      {last ? <span>Last at {clock(last.ts)}</span> : null}
    </button>
  );
}

function Editing({ text, save, cancel }: { text: string; save: (text: string) => void; cancel: () => void }) {
  const [draft, set] = useState(text);
  return (
    <form
      className="editing"
      onSubmit={(event) => {
        event.preventDefault();
        if (draft.trim()) save(draft);
      }}
    >
      <textarea
        aria-label="Edit your message"
        // biome-ignore lint/a11y/noAutofocus: somebody just asked to write here
        autoFocus
        value={draft}
        onChange={({ target }) => set(target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") {
            event.stopPropagation(); // it ends the editing, not the thread around it
            cancel();
          }
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }
        }}
      />
      <button type="button" onClick={cancel}>
        Cancel
      </button>
      <button type="submit" className="primary">
        Save
      </button>
    </form>
  );
}
