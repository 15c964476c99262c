// What the emulated Slack says, as far as this page needs to know it.

export type Json = { [key: string]: unknown };

export interface User {
  id: string;
  name: string;
  real_name: string;
  title: string;
  deleted: boolean;
  restricted: boolean;
  is_bot: boolean;
  /** Of an app's bot user. */
  app_id: string | null;
  home_tab: boolean;
  installed: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im" | "mpim";
  topic: string;
  purpose: string;
  members: string[];
  is_member: boolean;
  /** Where everybody is, and stays. */
  general: boolean;
  /** False: this person has just left it. */
  visible: boolean;
  is_ext_shared: boolean;
  archived: boolean;
}

export interface Block extends Json {
  type: string;
  block_id?: string;
}

export interface Message {
  ts: string;
  text: string;
  thread_ts?: string;
  user?: string;
  username?: string;
  app_id?: string;
  bot_id?: string;
  subtype?: string;
  blocks?: Block[];
  files?: { id: string; name: string }[];
  edited?: { user: string; ts: string };
  reactions?: { name: string; users: string[]; count: number }[];
  is_ephemeral?: boolean;
  streaming?: boolean;
}

export interface Text {
  text: string;
}

export interface View {
  id: string;
  type: "modal" | "home";
  app_id: string;
  title: Text;
  submit?: Text | null;
  close?: Text | null;
  blocks: Block[];
  state: { values: Record<string, Record<string, Json>> };
}

export interface Command {
  command: string;
  app: string;
  description: string;
  usage_hint: string;
}

export interface Prompt {
  title: string;
  message: string;
}

/** What an app has put around a thread; under the empty name, around the whole conversation. */
export interface Dressing {
  status: string;
  status_app: string | null;
  status_until: number | null;
  title: string;
  prompts: { title?: string; prompts: Prompt[] } | null;
}

/** What a stream of one person's Slack tells, in order. */
export type Told =
  | { kind: "message" | "message_changed"; channel: string; message: Message }
  | { kind: "message_deleted"; channel: string; ts: string }
  | { kind: "ephemeral" | "ephemeral_gone"; channel: string; message: Message }
  | { kind: "thread"; channel: string; thread_ts: string | null; dressing: Dressing }
  | { kind: "channel"; channel: string; detail: Channel }
  | { kind: "view"; what: "opened" | "pushed" | "updated" | "closed" | "published"; view: View }
  | { kind: "user"; user: User };

export function isReply(message: Message): boolean {
  return message.thread_ts !== undefined && message.thread_ts !== message.ts;
}

/** Before Slack shows a text it is written with these three, and nothing else, escaped. */
export function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
