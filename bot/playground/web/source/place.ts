// Where somebody is, and as whom: it stands in the address, so that a window can be opened, kept and sent.

import type { Channel, User } from "./wire";

export interface Address {
  as: string | null;
  in: string | null;
}

export type Place =
  | { kind: "channel"; channel: Channel }
  | { kind: "direct"; with: User; channel: Channel | null }
  | { kind: "home"; with: User };

/** Beside them, where the company has one: its wiki, and the page of it that is open. */
export interface InWiki {
  kind: "wiki";
  open: string | null;
}

/** Its Jira, with what was asked of it and of the others. */
export interface InTracker {
  kind: "tracker";
}

const WIKI = "wiki:";
export const TRACKER = "jira:";

export function wikiName(open: string | null = null): string {
  return WIKI + (open ?? "");
}

export function inWiki(name: string | null): InWiki | null {
  return name?.startsWith(WIKI) ? { kind: "wiki", open: name.slice(WIKI.length) || null } : null;
}

export function inTracker(name: string | null): InTracker | null {
  return name === TRACKER ? { kind: "tracker" } : null;
}

export function address(): Address {
  const asked = new URLSearchParams(location.search);
  return { as: asked.get("as"), in: asked.get("in") };
}

export function url(to: Address): string {
  const asked = new URLSearchParams();
  if (to.as) asked.set("as", to.as);
  if (to.in) asked.set("in", to.in);
  return `/?${asked}`;
}

/** Whose window this is: of whoever is named, else of the first. */
export function whoIs(name: string | null, everybody: User[]): User | undefined {
  const present = everybody.filter((one) => !one.is_bot && !one.deleted);
  return present.find((one) => one.name === name) ?? present[0];
}

/** `general` · `dm:ben` · `home:footnote`; null when it is not, or not for this person. */
export function place(
  name: string | null,
  me: User,
  people: Iterable<User>,
  channels: Iterable<Channel>,
): Place | null {
  const [, kind, rest] = /^(?:(dm|home):)?(.*)$/.exec(name ?? "") ?? [];
  if (kind === undefined) {
    for (const channel of channels) if (rest && channel.name === rest) return { kind: "channel", channel };
    return null;
  }
  for (const one of people) {
    if (one.name !== rest) continue;
    return kind === "home"
      ? { kind, with: one }
      : { kind: "direct", with: one, channel: direct(me, one, channels) };
  }
  return null;
}

export function direct(me: User, other: User, channels: Iterable<Channel>): Channel | null {
  const both = new Set([me.id, other.id]);
  for (const channel of channels) {
    if (channel.kind === "im" && new Set(channel.members).symmetricDifference(both).size === 0)
      return channel;
  }
  return null;
}
