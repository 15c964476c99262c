// A place and what was said there, and one thread of it beside.

import { Fragment, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { act } from "./api";
import { Composer } from "./composer";
import { OneMessage } from "./message";
import { day, sender, useWorld } from "./names";
import { Pane } from "./pane";
import type { Channel, Json, Message, User } from "./wire";
import { isAnnouncement, replies, topLevel } from "./world";

const TOGETHER_S = 300;

interface LogProps {
  label: string;
  messages: Message[];
  channel: string;
  openThread?: (ts: string) => void;
  onFailure: (why: string) => void;
  showReceipt?: ((ts: string) => void) | undefined;
  receiptOf?: string | undefined;
  children?: ReactNode;
}

/** Stays at its end while somebody is at its end. */
function Log({
  label,
  messages,
  channel,
  openThread,
  onFailure,
  showReceipt,
  receiptOf,
  children,
}: LogProps) {
  const world = useWorld();
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const room = world.rooms.get(channel);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was added, the end is where one reads on
  useLayoutEffect(() => {
    if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [messages, children]);
  useEffect(() => {
    const inside = box.current?.firstElementChild;
    if (!inside) return;
    const grown = new ResizeObserver(() => {
      if (isAtEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    });
    grown.observe(inside);
    return () => grown.disconnect();
  }, []);
  return (
    <div
      className="log"
      role="log"
      aria-label={label}
      tabIndex={0}
      ref={box}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 60;
      }}
    >
      <div className="inside">
        {messages.map((message, at) => {
          const before = messages[at - 1];
          const isNewDay = !openThread ? false : !before || day(before.ts) !== day(message.ts);
          return (
            <Fragment key={message.ts}>
              {isNewDay ? <p className="day">{day(message.ts)}</p> : null}
              <OneMessage
                message={message}
                channel={channel}
                isContinued={!isNewDay && isContinued(before, message)}
                onFailure={onFailure}
                replies={openThread ? replies(room, message.ts) : []}
                {...(openThread ? { openThread } : {})}
                showReceipt={message.app_id && !message.is_ephemeral ? showReceipt : undefined}
                isShownInReceipt={message.ts === receiptOf}
              />
            </Fragment>
          );
        })}
        {children}
      </div>
    </div>
  );
}

function isContinued(before: Message | undefined, message: Message): boolean {
  if (!before || isAnnouncement(before) || before.is_ephemeral || message.is_ephemeral) return false;
  return (
    before.user === message.user &&
    before.username === message.username &&
    Number(message.ts) - Number(before.ts) < TOGETHER_S
  );
}

interface ConversationProps {
  channel: Channel;
  name: string;
  label: string;
  placeholder: string;
  draft: string;
  welcome: ReactNode;
  openThread: (ts: string) => void;
  showReceipt?: ((ts: string) => void) | undefined;
  receiptOf?: string | undefined;
}

export function Conversation(props: ConversationProps) {
  const { channel, label, placeholder, draft, welcome, openThread, showReceipt, receiptOf } = props;
  const world = useWorld();
  const [failure, fail] = useState("");
  const room = world.rooms.get(channel.id);
  const messages = topLevel(room);
  return (
    <>
      <Log
        key={channel.id}
        label="Messages"
        messages={messages}
        channel={channel.id}
        openThread={openThread}
        onFailure={fail}
        showReceipt={showReceipt}
        receiptOf={receiptOf}
      >
        {room && !messages.length ? welcome : null}
      </Log>
      <Busy
        channel={channel}
        heads={messages.map((one) => one.ts)}
        stream={messages.findLast((one) => one.streaming)}
      />
      <Failure why={failure} close={() => fail("")} />
      {channel.is_member ? (
        <>
          <Prompts channel={channel} fail={fail} />
          <Composer
            key={`${channel.id}:${draft}`}
            label={label}
            placeholder={placeholder}
            channel={channel.id}
            draft={draft}
            isFocused
            send={(text) => act(world.me, "post", { channel: channel.id, text })}
          />
        </>
      ) : (
        <p className="join">
          You are reading #{channel.name} without being in it.{" "}
          <button
            type="button"
            className="primary"
            onClick={() =>
              act(world.me, "join", { channel: channel.id }).catch((why: Error) => fail(why.message))
            }
          >
            Join the channel
          </button>
        </p>
      )}
    </>
  );
}

interface BusyProps {
  channel: Channel;
  heads: string[];
  stream: Message | undefined;
}

/** “Footnote is looking …”, as the app said; and a way to stop what it is writing. */
function Busy({ channel, heads, stream }: BusyProps) {
  const world = useWorld();
  const dressings = world.rooms.get(channel.id)?.dressings;
  const busy = heads.map((ts) => dressings?.get(ts)).findLast((one) => one?.status);
  const isBusy = useUntil(busy?.status_until ?? null) && busy;
  const app = [...world.people.values()].find((one) => one.app_id && one.app_id === busy?.status_app);
  return (
    <p className="busy" role="status">
      {isBusy ? (
        <>
          <span className="dots" aria-hidden="true" />
          {`${app?.real_name ?? "The app"} ${busy.status}`}
        </>
      ) : null}
      {stream ? (
        <button
          type="button"
          onClick={() =>
            act(world.me, "stop", stopping(channel, stream, world.people.values())).catch(() => {})
          }
        >
          Stop
        </button>
      ) : null}
    </p>
  );
}

function stopping(channel: Channel, stream: Message, people: Iterable<User>): Json {
  const app = [...people].find((one) => one.app_id !== null && one.app_id === stream.app_id)?.app_id;
  return { channel: channel.id, thread_ts: stream.thread_ts ?? stream.ts, ...(app ? { app } : {}) };
}

/** Whether that moment is still to come; what an app says of itself does not stand for ever. */
function useUntil(moment: number | null): boolean {
  const [now, look] = useState(() => Date.now() / 1000);
  useEffect(() => {
    if (moment === null) return;
    const timer = setTimeout(() => look(Date.now() / 1000), Math.max(0, moment * 1000 - Date.now()));
    return () => clearTimeout(timer);
  }, [moment]);
  return moment === null || moment > now;
}

function Prompts({ channel, fail }: { channel: Channel; fail: (why: string) => void }) {
  const world = useWorld();
  const offered = [...(world.rooms.get(channel.id)?.dressings.values() ?? [])].findLast(
    (one) => one.prompts,
  )?.prompts;
  if (!offered) return null;
  return (
    <p className="prompts">
      {offered.title ? <span>{offered.title}</span> : null}
      {offered.prompts.map(({ title, message }) => (
        <button
          key={title}
          type="button"
          onClick={() =>
            act(world.me, "post", { channel: channel.id, text: message }).catch((why: Error) =>
              fail(why.message),
            )
          }
        >
          {title}
        </button>
      ))}
    </p>
  );
}

interface ThreadProps {
  channel: Channel;
  name: string;
  head: string;
  close: () => void;
  showReceipt?: ((ts: string) => void) | undefined;
  receiptOf?: string | undefined;
  isFocused: boolean;
}

export function Thread({ channel, name, head, close, showReceipt, receiptOf, isFocused }: ThreadProps) {
  const world = useWorld();
  const [failure, fail] = useState("");
  const room = world.rooms.get(channel.id);
  const first = room?.messages.get(head);
  const said = replies(room, head);
  return (
    <Pane name="Thread" about={channel.kind === "im" ? name : `#${name}`} close={close}>
      <Log
        key={head}
        label={first ? `Replies to ${sender(world, first)}` : "Replies"}
        messages={first ? [first, ...said] : said}
        channel={channel.id}
        onFailure={fail}
        showReceipt={showReceipt}
        receiptOf={receiptOf}
      />
      <Busy channel={channel} heads={[head]} stream={said.findLast((one) => one.streaming)} />
      <Failure why={failure} close={() => fail("")} />
      {channel.is_member ? (
        <Composer
          key={head}
          label="Reply"
          placeholder="Reply…"
          channel={channel.id}
          thread={head}
          isFocused={isFocused}
          send={(text) => act(world.me, "post", { channel: channel.id, text, thread_ts: head })}
        />
      ) : null}
    </Pane>
  );
}

function Failure({ why, close }: { why: string; close: () => void }) {
  if (!why) return null;
  return (
    <p className="failure" role="alert">
      {why}
      <button type="button" aria-label="Close this message" onClick={close}>
        ×
      </button>
    </p>
  );
}
