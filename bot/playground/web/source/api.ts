// The human side of the emulated Slack, over HTTP. Nothing here knows how it looks.

import type { Channel, Command, Dressing, Json, Message, Told, User, View } from "./wire";

export class Refused extends Error {}

/** What a click, a command or a submission led to on this person's screen. */
export interface Outcome {
  ok: boolean;
  acked?: boolean;
  errors?: Record<string, string>;
  error?: string | null;
  channel?: string;
  ts?: string;
}

export interface Room {
  messages: Message[];
  threads: Record<string, Dressing>;
}

const NOBODY_THERE = "Nobody answers. Is footnote demo still running? If not, start it again.";

async function answered(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch {
    throw new Refused(NOBODY_THERE);
  }
}

async function read<Answer>(path: string, asked: Record<string, string> = {}): Promise<Answer> {
  const response = await answered(`${path}?${new URLSearchParams(asked)}`, { cache: "no-store" });
  if (!response.ok) throw new Refused(`${path}: ${response.status}`);
  return (await response.json()) as Answer;
}

export function everybody(): Promise<{ people: User[]; team: { name: string } }> {
  return read("/_world/people");
}

export async function channels(user: string): Promise<Channel[]> {
  return (await read<{ channels: Channel[] }>("/_world/channels", { user })).channels;
}

export async function commands(): Promise<Command[]> {
  return (await read<{ commands: Command[] }>("/_world/commands")).commands;
}

export function views(user: string): Promise<{ stack: View[]; homes: Record<string, View | null> }> {
  return read("/_world/views", { user });
}

export function room(user: string, channel: string): Promise<Room> {
  return read("/_world/messages", { user, channel });
}

export function act(user: string, action: string, args: Json = {}): Promise<Outcome> {
  return done(`/_world/do/${action}`, { user, ...args });
}

async function done(path: string, args: Json): Promise<Outcome> {
  const response = await answered(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  if (response.ok) return (await response.json()) as Outcome;
  const why: Partial<Outcome> = await response.json().catch(() => ({})); // a fault is told in plain text
  throw new Refused(sentence(why.error ?? "this did not work; try again"));
}

function sentence(why: string): string {
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.`;
}

/** Listens until it is told to stop. `back` is called each time the line is there: what was said meanwhile is unknown. */
export function listen(
  user: string,
  hear: (told: Told) => void,
  line: (isOpen: boolean) => void,
): () => void {
  const source = new EventSource(`/_world/stream?${new URLSearchParams({ user })}`);
  const on = (kind: Told["kind"], told: (body: Json) => unknown) =>
    source.addEventListener(kind, (event) =>
      hear(told(JSON.parse((event as MessageEvent<string>).data)) as Told),
    );
  const kinds = [
    "message",
    "message_changed",
    "message_deleted",
    "ephemeral",
    "ephemeral_gone",
    "channel",
    "view",
    "user",
  ] as const;
  for (const kind of kinds) on(kind, (body) => ({ ...body, kind }));
  on("thread", ({ channel, thread_ts, ...dressing }) => ({ kind: "thread", channel, thread_ts, dressing }));
  source.onopen = () => line(true);
  source.onerror = () => line(false);
  return () => source.close();
}

// What Footnote itself tells about its answers: in the demo only.

export interface About {
  company: string;
  source: string;
  documents: number;
  /** Whether part of them is in a wiki, which can be looked into and changed. */
  wiki: boolean;
  notices: string[];
  /** What is asked, and what is found for it, is sent to it; null: to nobody. */
  model: string | null;
  examples: { as: string; in: string; text: string }[];
}

const STARTING = 503;
const LOOK_AGAIN_MS = 500;

/** Null: there is no Footnote beside this Slack. One that is still reading its documents is waited for. */
export async function about(wait: () => void): Promise<About | null> {
  for (;;) {
    const response = await answered("/_footnote/about", { cache: "no-store" });
    if (response.ok) return (await response.json()) as About;
    if (response.status !== STARTING) return null;
    wait();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Who, as far as the ledger knows: an address may be somebody's whom no source knows. */
export interface Reader {
  name: string;
  email: string | null;
}

export interface Ranked {
  document: string;
  title: string;
  place: string;
  ranks: { keywords: number | null; vectors: number | null };
  score: number;
}

export interface Receipt {
  receipt: string;
  state: "working" | "held" | "answered" | "refused" | "clarified" | "failed" | "withdrawn" | "erased";
  over: boolean;
  part: "here" | "aside";
  asked: { text: string; by: Reader; where: string; at: string } | null;
  audience: {
    size: number;
    complete: boolean;
    people: Reader[] | null;
    bots: number;
    declared: string[];
  } | null;
  route: { intent: string; risk: string; retrievers: string[]; scope: string[]; model_class: string } | null;
  model: string | null;
  embedder: string | null;
  /** What models did for it, and what could not be done as it should have been, in plain words. */
  noted: string[];
  rules: string | null;
  evidence: (Ranked & { handle: number; heading: string; cited: boolean; excerpt: string })[];
  withheld: { documents: (Ranked & { would_be: number; who_may_not: Reader[] })[]; note: string | null };
  claims: { text: string; quotes: { handle: number; title: string; quote: string }[] }[];
  verification: {
    drafted: number | null;
    kept: number;
    rounds: number;
    violations: { claim: number; rule: string; detail: string }[];
    unreadable: { documents: string[]; sources: string[] };
  };
  reply: { kind: "answer" | "refusal" | "clarification"; reason: string | null } | null;
  error: string | null;
  timings_ms: Record<string, number>;
  ledger: {
    events: { seq: number; kind: string; at: string }[];
    leaf: string;
    size: number;
    root: string;
    signed: boolean;
  };
}

/** Null: no question led to this message. */
export function receipt(channel: string, ts: string): Promise<Receipt | null> {
  return read("/_footnote/receipt", { channel, ts });
}

// The company's wiki, where it has one: what is there, and what people do to it there.

export interface Thing {
  id: string;
  kind: "page" | "blogpost" | "folder" | "whiteboard" | "database" | "embed";
  title: string;
  depth: number;
  trashed: boolean;
  /** To whom alone, by name; empty: to nobody. */
  restricted: string[] | null;
  /** Whether whoever looks may read it. */
  may: boolean;
}

export interface Named {
  id: string;
  name: string;
}

export interface Wiki {
  spaces: { key: string; name: string; readers: string[]; things: Thing[] }[];
  groups: Named[];
  people: Named[];
  read: {
    at: string | null;
    reading: boolean;
    /** Something was changed since. */
    behind: boolean;
    stopped: string | null;
    problems: string[];
  };
}

export interface Block {
  kind: "heading" | "text" | "item" | "cell" | "code";
  text: string;
  row: number | null;
}

export interface WikiPage extends Pick<Thing, "id" | "kind" | "title" | "trashed" | "restricted"> {
  path: string[];
  version: number;
  above: { title: string; kind: Thing["kind"]; restricted: string[] }[];
  space_readers: string[];
  readers: (Reader & { may: boolean })[];
  children: number;
  attachments: number;
  comments: number;
  blocks: Block[];
}

// The company's Jira, where it has one, and what Footnote asked of the targets where something can be done.

export interface Issue {
  key: string;
  type: string;
  summary: string;
  text: string;
  by: string;
  at: number;
  comments: { by: string; text: string; at: number }[];
}

export interface Asked {
  at: number;
  method: string;
  path: string;
  status: number;
  wrote: boolean;
  outcome: string;
}

export interface Tracker {
  projects: { key: string; name: string; issues: Issue[] }[];
  targets: { name: string; asked: number; writes: number; requests: Asked[] }[];
}

export function tracker(): Promise<Tracker> {
  return read("/_footnote/jira", {});
}

export function wiki(user: string): Promise<Wiki> {
  return read("/_footnote/wiki", { user });
}

export function wikiPage(id: string): Promise<WikiPage> {
  return read("/_footnote/wiki/page", { id });
}

export function inWiki(
  action: "restrict" | "open" | "edit" | "trash" | "restore" | "read",
  args: Json = {},
): Promise<Outcome> {
  return done(`/_footnote/wiki/do/${action}`, args);
}
