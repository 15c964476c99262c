// One person's Slack, as this window knows it: a value, and how each thing that is told changes it. Pure.

import type { Room as LoadedRoom } from "./api";
import {
  type Channel,
  type Command,
  type Dressing,
  isReply,
  type Message,
  type Told,
  type User,
  type View,
} from "./wire";

export interface Room {
  messages: ReadonlyMap<string, Message>;
  dressings: ReadonlyMap<string, Dressing>;
}

export interface World {
  me: string;
  connected: boolean;
  people: ReadonlyMap<string, User>;
  channels: ReadonlyMap<string, Channel>;
  commands: readonly Command[];
  rooms: ReadonlyMap<string, Room>;
  unread: ReadonlyMap<string, number>;
  stack: readonly View[];
  homes: ReadonlyMap<string, View>;
}

export interface Loaded {
  people: User[];
  channels: Channel[];
  commands: Command[];
  stack: View[];
  homes: Record<string, View | null>;
}

export type Change =
  | { what: "loaded"; loaded: Loaded }
  | { what: "entered"; channel: string; room: LoadedRoom }
  | { what: "told"; told: Told; looking: string | null }
  | { what: "read"; channel: string }
  | { what: "line"; connected: boolean };

export function unknown(me: string): World {
  const none = new Map<string, never>();
  return {
    me,
    connected: false,
    people: none,
    channels: none,
    commands: [],
    rooms: none,
    unread: none,
    stack: [],
    homes: none,
  };
}

export function changed(world: World, change: Change): World {
  switch (change.what) {
    case "loaded":
      return loaded(world, change.loaded);
    case "entered":
      return { ...world, rooms: put(world.rooms, change.channel, entered(change.room)) };
    case "told":
      return told(world, change.told, change.looking);
    case "read":
      return world.unread.has(change.channel)
        ? { ...world, unread: without(world.unread, change.channel) }
        : world;
    case "line":
      return { ...world, connected: change.connected };
  }
}

function loaded(world: World, { people, channels, commands, stack, homes }: Loaded): World {
  const shown = Object.entries(homes).flatMap(([app, view]) => (view ? [[app, view] as const] : []));
  return {
    ...world,
    people: new Map(people.map((one) => [one.id, one])),
    channels: new Map(channels.map((one) => [one.id, one])),
    commands,
    stack,
    homes: new Map(shown),
  };
}

function entered({ messages, threads }: LoadedRoom): Room {
  return {
    messages: new Map(messages.map((one) => [one.ts, one])),
    dressings: new Map(Object.entries(threads)),
  };
}

function told(world: World, news: Told, looking: string | null): World {
  switch (news.kind) {
    case "message":
      return counted(withMessage(world, news.channel, news.message), news.channel, news.message, looking);
    case "ephemeral":
    case "message_changed":
      return withMessage(world, news.channel, news.message);
    case "message_deleted":
      return inRoom(world, news.channel, (room) => ({ ...room, messages: without(room.messages, news.ts) }));
    case "ephemeral_gone":
      return inRoom(world, news.channel, (room) => ({
        ...room,
        messages: without(room.messages, news.message.ts),
      }));
    case "thread":
      return inRoom(world, news.channel, (room) => ({
        ...room,
        dressings: put(room.dressings, news.thread_ts ?? "", news.dressing),
      }));
    case "channel":
      return withChannel(world, news.detail);
    case "view":
      return withView(world, news.what, news.view);
    case "user":
      return {
        ...world,
        people: put(world.people, news.user.id, news.user),
      };
  }
}

function withMessage(world: World, channel: string, message: Message): World {
  return inRoom(world, channel, (room) => ({
    messages: put(room.messages, message.ts, message),
    // Slack clears “is thinking…” once the app has said something.
    dressings: message.app_id ? silenced(room.dressings, message.thread_ts ?? message.ts) : room.dressings,
  }));
}

function silenced(dressings: Room["dressings"], ts: string): Room["dressings"] {
  const dressing = dressings.get(ts);
  return dressing?.status ? put(dressings, ts, { ...dressing, status: "" }) : dressings;
}

/** Rooms that were never entered are read afresh when they are. */
function inRoom(world: World, channel: string, change: (room: Room) => Room): World {
  const room = world.rooms.get(channel);
  return room ? { ...world, rooms: put(world.rooms, channel, change(room)) } : world;
}

function counted(world: World, channel: string, message: Message, looking: string | null): World {
  if (channel === looking || message.user === world.me || isAnnouncement(message)) return world;
  if (world.channels.get(channel)?.is_member === false) return world; // one reads it, and is not called
  return { ...world, unread: put(world.unread, channel, (world.unread.get(channel) ?? 0) + 1) };
}

function withChannel(world: World, channel: Channel): World {
  const channels = channel.visible
    ? put(world.channels, channel.id, channel)
    : without(world.channels, channel.id);
  return { ...world, channels };
}

function withView(world: World, what: string, view: View): World {
  if (view.type === "home") return { ...world, homes: put(world.homes, view.app_id, view) };
  switch (what) {
    case "opened":
      return { ...world, stack: [view] };
    case "pushed":
      return { ...world, stack: [...world.stack.filter((one) => one.id !== view.id), view] };
    case "closed":
      return { ...world, stack: world.stack.filter((one) => one.id !== view.id) };
    default:
      return { ...world, stack: world.stack.map((one) => (one.id === view.id ? view : one)) };
  }
}

const ANNOUNCEMENT = /_(join|leave|name|topic|purpose|archive|unarchive|convert_to_\w+)$/;

/** Somebody came, went or renamed the place: shown small, and nobody is called for it. */
export function isAnnouncement(message: Message): boolean {
  return ANNOUNCEMENT.test(message.subtype ?? "");
}

export function inOrder(room: Room | undefined): Message[] {
  return [...(room?.messages.values() ?? [])].sort((one, other) => (one.ts < other.ts ? -1 : 1));
}

export function topLevel(room: Room | undefined): Message[] {
  return inOrder(room).filter((one) => !isReply(one) || one.subtype === "thread_broadcast");
}

export function replies(room: Room | undefined, head: string): Message[] {
  return inOrder(room).filter((one) => isReply(one) && one.thread_ts === head);
}

function put<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
