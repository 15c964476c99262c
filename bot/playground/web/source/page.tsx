// The whole window: whose it is, where they are, and what is open beside.

import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type About, act } from "./api";
import { Conversation, Thread } from "./conversation";
import { useLive } from "./live";
import { Members } from "./members";
import { apps, Here, humans, placeName, useWorld } from "./names";
import { focusOn } from "./pane";
import {
  type Address,
  address,
  place as found,
  type InTracker,
  type InWiki,
  inTracker,
  inWiki,
  type Place,
  TRACKER,
  url,
  whoIs,
  wikiName,
} from "./place";
import { Receipt } from "./receipt";
import { Lock, Sidebar } from "./sidebar";
import { Tracker } from "./tracker";
import { Home, Modal } from "./view";
import { Wiki } from "./wiki";
import type { Channel, Message, User } from "./wire";
import { replies, topLevel, type World } from "./world";

/** From here on a conversation, its thread and a receipt have room beside each other. */
const WIDE = "(min-width: 1180px)";

/** What somebody keeps open where there is room, wherever they go. */
interface Habits {
  receipt: boolean;
  notices: boolean;
}

function isWide(): boolean {
  return matchMedia(WIDE).matches;
}

export interface Move {
  as?: string;
  in?: string;
  /** What stands in the field to write in, ready to be sent. */
  draft?: string;
}

interface PageProps {
  people: User[];
  company: string;
  /** Without Footnote beside it, it is a Slack like any other. */
  about: About | null;
}

export function Page({ people, company, about }: PageProps) {
  const [at, set] = useState<Address>(address);
  const [draft, prefill] = useState("");
  const [habits, learn] = useState<Habits>({ receipt: true, notices: true });
  useEffect(() => {
    const back = () => {
      prefill("");
      set(address());
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const move = useCallback(({ draft: text = "", ...to }: Move) => {
    const next = { ...address(), ...to };
    if (url(next) !== url(address())) history.pushState(null, "", url(next));
    prefill(text);
    set(next);
  }, []);
  const me = whoIs(at.as, people);
  if (!me) return <p className="waiting">Nobody works here yet.</p>;
  const shared = { move, company, about, draft, habits, learn };
  return <Window key={me.id} me={me} at={at.in} {...shared} />;
}

interface WindowProps {
  me: User;
  at: string | null;
  move: (to: Move) => void;
  company: string;
  about: About | null;
  draft: string;
  habits: Habits;
  learn: (habits: Habits) => void;
}

/** One person's. For another person it is another window, with nothing left of the one before. */
function Window({ me, at, move, company, about, draft, habits, learn }: WindowProps) {
  const [looking, look] = useState<string | null>(null);
  const { world, isLoaded, enter, markRead } = useLive(me.id, looking);
  const wiki = about?.wiki ? inWiki(at) : null;
  const beside = about?.wiki ? (wiki ?? inTracker(at)) : null;
  const place = isLoaded ? (beside ?? whereAbouts(world, me, at)) : null;
  const channel = place?.kind === "channel" || place?.kind === "direct" ? place.channel : null;
  const channelId = channel?.id ?? null;
  const [isListOpen, openList] = useState(false);

  useEffect(() => {
    look(channelId);
    if (!channelId) return;
    enter(channelId).catch(() => {});
    markRead(channelId);
  }, [channelId, enter, markRead]);
  const app = place?.kind === "direct" && channelId ? place.with.app_id : null;
  useEffect(() => {
    if (app) act(me.id, "open_home", { app, tab: "messages" }).catch(() => {});
  }, [me.id, app]);
  const stranger = place?.kind === "direct" && !place.channel ? place.with.id : null;
  useEffect(() => {
    if (stranger) act(me.id, "dm", { with: stranger }).catch(() => {});
  }, [me.id, stranger]);
  useEffect(() => {
    document.title = place ? `${titleOf(world, place)} · ${company}` : "Footnote";
  }, [world, place, company]);

  if (!place) return <p className="waiting">Opening …</p>;
  return (
    <Here value={world}>
      <div className="window">
        <Sidebar
          company={company}
          model={about?.model ?? null}
          hasWiki={about?.wiki ?? false}
          me={world.people.get(me.id) ?? me}
          here={nameOf(place)}
          go={(to) => {
            openList(false);
            move({ in: to });
          }}
          be={(name) => move({ as: name })}
          isOpen={isListOpen}
          close={() => {
            openList(false);
            focusOn(".place .list");
          }}
        />
        {place.kind === "tracker" ? (
          <Tracker company={company} openList={() => openList(true)} />
        ) : place.kind === "wiki" ? (
          <Wiki me={me} company={company} open={place.open} move={move} openList={() => openList(true)} />
        ) : (
          <Room
            key={nameOf(place)}
            place={place}
            move={move}
            about={about}
            draft={draft}
            habits={habits}
            learn={learn}
            openList={() => openList(true)}
          />
        )}
      </div>
      {world.stack.length ? <TopModal world={world} /> : null}
      {world.connected ? null : (
        <p className="offline" role="alert">
          The connection is lost. Trying again … If <code>footnote demo</code> was stopped, start it once
          more.
        </p>
      )}
    </Here>
  );
}

function TopModal({ world }: { world: World }) {
  const top = world.stack.at(-1);
  return top ? <Modal key={world.stack[0]?.id} view={top} depth={world.stack.length} /> : null;
}

interface RoomProps extends Pick<WindowProps, "move" | "about" | "draft" | "habits" | "learn"> {
  place: Place;
  openList: () => void;
}

/** A place with what is beside it. */
function Room({ place, move, about, draft, habits, learn, openList }: RoomProps) {
  const world = useWorld();
  const channel = place.kind === "home" ? null : place.channel;
  const [thread, setThread] = useState<{ head: string; isAsked: boolean } | null>(null);
  const [isReceiptWanted, wantReceipt] = useState(() => isWide() && habits.receipt);
  const openReceipt = (isOpen: boolean) => {
    wantReceipt(isOpen);
    if (isWide()) learn({ ...habits, receipt: isOpen });
  };
  const [picked, pick] = useState<string | null>(null);
  const isReceiptOpen = isReceiptWanted && about !== null;
  const [since] = useState(() => Date.now() / 1000);
  const opened = useRef("");
  const room = channel ? world.rooms.get(channel.id) : undefined;
  const answered = useMemo(() => answeredInThread(world, channel, since), [world, channel, since]);
  useEffect(() => {
    if (!answered || answered <= opened.current) return;
    opened.current = answered; // once: whoever closes it does not want it
    setThread({ head: answered, isAsked: false });
  }, [answered]);
  const said = thread ? replies(room, thread.head) : topLevel(room);
  const subject = picked ?? said.findLast((one) => one.app_id && !one.is_ephemeral)?.ts ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer is what one looks at
  useEffect(() => pick(null), [said.length]);
  const show = (ts: string) => {
    pick(ts);
    openReceipt(true);
  };
  const name = titleOf(world, place);
  const shared = {
    showReceipt: about ? show : undefined,
    receiptOf: isReceiptOpen ? (subject ?? undefined) : undefined,
  };
  return (
    <>
      <main>
        <header className="place">
          <button type="button" className="list" aria-label="Places" onClick={openList}>
            ☰
          </button>
          <h1>
            {channel && channel.kind !== "im" && channel.kind !== "mpim" ? (
              <span className="sign" aria-hidden="true">
                {channel.kind === "private" ? <Lock /> : "#"}
              </span>
            ) : null}
            {name}
          </h1>
          {channel && channel.kind !== "im" ? <Members channel={channel} /> : null}
          <span className="about">
            {channel?.topic || channel?.purpose || (place.kind !== "channel" ? place.with.title : "")}
          </span>
          {about && channel ? (
            <button
              type="button"
              className="toggle"
              aria-pressed={isReceiptOpen}
              onClick={() => openReceipt(!isReceiptOpen)}
            >
              Receipt
            </button>
          ) : null}
        </header>
        {place.kind !== "channel" && place.with.is_bot ? <Tabs place={place} move={move} /> : null}
        {about?.notices.length && place.kind !== "home" ? (
          <Notices
            said={about.notices}
            isOpen={isWide() && habits.notices}
            open={(notices) => (isWide() ? learn({ ...habits, notices }) : undefined)}
          />
        ) : null}
        {place.kind === "home" ? (
          <Home app={place.with} />
        ) : channel ? (
          <Conversation
            channel={channel}
            name={name}
            label={channel.kind === "im" ? `Message ${name}` : `Message #${name}`}
            placeholder={placeholder(world, channel, name)}
            draft={draft}
            welcome={<Welcome place={place} about={about} move={move} />}
            openThread={(head) => setThread({ head, isAsked: true })}
            {...shared}
          />
        ) : (
          <p className="waiting">Opening …</p>
        )}
      </main>
      {thread && channel ? (
        <Thread
          channel={channel}
          name={name}
          head={thread.head}
          isFocused={thread.isAsked}
          close={() => {
            setThread(null);
            focusOn(`[data-ts="${thread.head}"] .summary, [data-ts="${thread.head}"] .tools button`);
          }}
          {...shared}
        />
      ) : null}
      {isReceiptOpen && channel ? (
        <Receipt
          channel={channel.id}
          ts={subject}
          isWritten={!said.some((one) => one.ts === subject && one.streaming)}
          close={() => {
            openReceipt(false);
            focusOn(".place .toggle");
          }}
        />
      ) : null}
    </>
  );
}

/** Where an app answers in a thread, that is opened to whoever asked. */
function answeredInThread(world: World, channel: Channel | null, since: number): string | null {
  const room = channel ? world.rooms.get(channel.id) : undefined;
  if (!room) return null;
  const last = topLevel(room).findLast((one) => one.user === world.me && Number(one.ts) > since - 1);
  const isAnswered = last && replies(room, last.ts).some((one: Message) => one.app_id !== undefined);
  return isAnswered ? last.ts : null;
}

/** What one should know of this company; folded up where there is little room. */
function Notices({
  said,
  isOpen,
  open,
}: {
  said: string[];
  isOpen: boolean;
  open: (isOpen: boolean) => void;
}) {
  const [wasOpen] = useState(isOpen);
  return (
    <details
      className="notices"
      open={wasOpen}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== isOpen) open(currentTarget.open);
      }}
    >
      <summary>About this demo</summary>
      <ul>
        {said.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
    </details>
  );
}

function Tabs({ place, move }: { place: Exclude<Place, { kind: "channel" }>; move: (to: Move) => void }) {
  if (!place.with.home_tab) return null;
  const tab = (kind: "home" | "dm", title: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={(place.kind === "home") === (kind === "home")}
      onClick={() => move({ in: `${kind}:${place.with.name}` })}
    >
      {title}
    </button>
  );
  return (
    <div className="tabs" role="tablist" aria-label={place.with.real_name}>
      {tab("home", "Home")}
      {tab("dm", "Messages")}
    </div>
  );
}

function Welcome({
  place,
  about,
  move,
}: {
  place: Place;
  about: About | null;
  move: (to: Move) => void;
}): ReactNode {
  if (place.kind === "channel")
    return <p className="empty">Nothing was said here yet. Write @Footnote and a question.</p>;
  if (place.kind === "home" || !place.with.is_bot)
    return <p className="empty">This is the beginning of your conversation.</p>;
  if (!about || place.with.name !== "footnote")
    return <p className="empty">Write to {place.with.real_name}.</p>;
  return (
    <div className="welcome">
      <h2>Ask {place.with.real_name}</h2>
      <p>
        It answers from {about.documents} documents of {about.company}, proves every sentence with a quote,
        and shows each person and each channel only what they may read. Be somebody else, and the answers
        change.{" "}
        {about.wiki ? (
          <>
            Or restrict a page in the{" "}
            <button type="button" className="inline" onClick={() => move({ in: wikiName() })}>
              wiki
            </button>
            , and ask again.
          </>
        ) : null}
      </p>
      {about.examples.length ? (
        <ul>
          {about.examples.map((one) => (
            <li key={one.as + one.in + one.text}>
              <button
                type="button"
                onClick={() =>
                  move({ as: one.as, in: one.in === "dm" ? "dm:footnote" : one.in, draft: asked(one) })
                }
              >
                <b>{one.text}</b>
                <span>
                  as {one.as}, {one.in === "dm" ? "to Footnote alone" : `in #${one.in}`}
                </span>
              </button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** In a channel, Footnote hears what names it. */
function asked(one: About["examples"][number]): string {
  return one.in === "dm" ? one.text : `@Footnote ${one.text}`;
}

function whereAbouts(world: World, me: User, at: string | null): Place | null {
  const people = [...world.people.values()];
  const channels = [...world.channels.values()];
  const first = apps(world)[0] ?? humans(world).find((one) => one.id !== me.id);
  return found(at, me, people, channels) ?? found(first ? `dm:${first.name}` : null, me, people, channels);
}

function nameOf(place: Place | InWiki | InTracker): string {
  if (place.kind === "tracker") return TRACKER;
  if (place.kind === "wiki") return wikiName(place.open);
  if (place.kind === "channel") return place.channel.name;
  return `${place.kind === "home" ? "home" : "dm"}:${place.with.name}`;
}

function titleOf(world: World, place: Place | InWiki | InTracker): string {
  if (place.kind === "tracker") return "Jira";
  if (place.kind === "wiki") return "Wiki";
  return place.kind === "channel" ? placeName(world, place.channel) : place.with.real_name;
}

function placeholder(world: World, channel: Channel, name: string): string {
  if (channel.kind === "im") return `Message ${name}`;
  const app = apps(world).find((one) => channel.members.includes(one.id));
  return app ? `Message #${name} · @${app.real_name} answers here` : `Message #${name}`;
}
