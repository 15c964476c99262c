// What people, places and apps are called, and how they look when there is no photograph.

import { createContext, useContext } from "react";
import { type Channel, escaped, type Message, type User, unescaped } from "./wire";
import type { World } from "./world";

export const Here = createContext<World | null>(null);

export function useWorld(): World {
  const world = useContext(Here);
  if (!world) throw new Error("nothing is shown before it is known whose window this is");
  return world;
}

export function sender(world: World, message: Message): string {
  return (message.user && world.people.get(message.user)?.real_name) || message.username || "Slackbot";
}

export function placeName(world: World, channel: Channel): string {
  if (channel.kind === "public" || channel.kind === "private") return channel.name;
  const others = channel.members.filter((id) => id !== world.me);
  return (others.length ? others : channel.members)
    .map((id) => world.people.get(id)?.real_name ?? id)
    .join(", ");
}

export function apps(world: World): User[] {
  return [...world.people.values()].filter((one) => one.is_bot && one.installed);
}

export function humans(world: World): User[] {
  return [...world.people.values()].filter((one) => !one.is_bot && !one.deleted);
}

/** `@Ana Ribeiro` and `#general`, as somebody typed them, become what Slack sends: ids. The longest name wins. */
export function asSent(text: string, world: World): string {
  const known = new Map<string, string>();
  for (const one of world.people.values()) {
    known.set(`@${one.name.toLowerCase()}`, `<@${one.id}>`);
    known.set(`@${one.real_name.toLowerCase()}`, `<@${one.id}>`);
  }
  for (const one of world.channels.values())
    if (one.name) known.set(`#${one.name.toLowerCase()}`, `<#${one.id}>`);
  for (const all of ["channel", "here", "everyone"]) known.set(`@${all}`, `<!${all}>`);
  const names = [...known.keys()].sort((one, other) => other.length - one.length).map(RegExp.escape);
  const named = new RegExp(`(?<![\\w@#])(?:${names.join("|")})(?!\\w)`, "giu");
  let [sent, from] = ["", 0];
  for (const found of text.matchAll(named)) {
    sent += escaped(text.slice(from, found.index)) + known.get(found[0].toLowerCase());
    from = found.index + found[0].length;
  }
  return sent + escaped(text.slice(from));
}

/** The other way round: what was sent, as whoever wrote it would write it. */
export function asWritten(text: string, world: World): string {
  const named = text.replace(/<([@#!])(\w+)(?:\|[^>]*)?>/g, (whole, kind: string, id: string) => {
    if (kind === "!") return `@${id}`;
    const name = kind === "@" ? world.people.get(id)?.real_name : world.channels.get(id)?.name;
    return name ? `${kind}${name}` : whole;
  });
  return unescaped(named);
}

const COLOURS = ["#b45309", "#0f766e", "#6d28d9", "#be185d", "#1d4ed8", "#4d7c0f", "#9f1239", "#0e7490"];

export function Avatar({ name, isApp = false }: { name: string; isApp?: boolean }) {
  if (isApp && name === "Footnote") return <FootnoteMark />;
  const sum = [...name].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase())
    .join("");
  return (
    <span
      className="avatar"
      aria-hidden="true"
      data-initials={initials}
      style={{ background: COLOURS[sum % COLOURS.length] }}
    />
  );
}

export function FootnoteMark() {
  return (
    <span className="avatar mark" aria-hidden="true">
      <svg viewBox="0 0 32 32" role="presentation">
        <path d="M8 9h14v3H8zM8 15h9v3H8z" fill="currentColor" />
        <path d="M20 17.5l3-2V25h-2.4v-6.4z" className="one" />
      </svg>
    </span>
  );
}

export function clock(ts: string): string {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function day(ts: string): string {
  const date = new Date(Number(ts) * 1000);
  const days = Math.round(
    (new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86_400_000,
  );
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return date.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}
