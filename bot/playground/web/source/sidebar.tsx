// Where one can go, and as whom.

import { type ReactNode, useEffect, useRef } from "react";
import { Avatar, apps, FootnoteMark, humans, placeName, useWorld } from "./names";
import { TRACKER, wikiName } from "./place";
import { useTheme, useToggle } from "./theme";
import type { Channel, User } from "./wire";

interface Props {
  company: string;
  /** Who writes the answers, if that is somebody else's. */
  model: string | null;
  me: User;
  here: string | null;
  go: (to: string) => void;
  be: (name: string) => void;
  isOpen: boolean;
  close: () => void;
  hasWiki: boolean;
}

export function Sidebar({ company, model, me, here, go, be, isOpen, close, hasWiki }: Props) {
  const world = useWorld();
  const theme = useTheme();
  const toggle = useToggle();
  const closer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen) closer.current?.focus();
  }, [isOpen]);
  const named = [...world.channels.values()].filter((one) => one.kind === "public" || one.kind === "private");
  const groups = [...world.channels.values()].filter((one) => one.kind === "mpim");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes it, from wherever in it one is
    <div
      className={isOpen ? "sidebar open" : "sidebar"}
      onKeyDown={(event) => {
        if (event.key === "Escape" && isOpen) close();
      }}
    >
      <header>
        <FootnoteMark />
        <strong>{company}</strong>
        <button
          type="button"
          className="theme"
          aria-label={theme === "dark" ? "Light colours" : "Dark colours"}
          onClick={toggle}
        >
          {theme === "dark" ? "☀" : "☾"}
        </button>
        <button
          ref={closer}
          type="button"
          className="close"
          aria-label="Close the list of places"
          onClick={close}
        >
          ×
        </button>
      </header>
      <div className="who">
        <Avatar name={me.real_name} />
        <label>
          <span>You are</span>
          <select value={me.name} onChange={({ target }) => be(target.value)}>
            {humans(world).map((one) => (
              <option key={one.id} value={one.name}>
                {one.real_name}
              </option>
            ))}
          </select>
        </label>
        <small>{me.title}</small>
      </div>
      <nav aria-label="Places">
        <Section title="Channels">
          {named.map((one) => (
            <Go key={one.id} to={one.name} channel={one} here={here} go={go} label={channelLabel(one)}>
              <span className="sign" aria-hidden="true">
                {one.kind === "private" ? <Lock /> : "#"}
              </span>
              <span className={one.is_member ? "name" : "name outside"}>{one.name}</span>
            </Go>
          ))}
        </Section>
        {hasWiki ? (
          <Section title="Documents">
            <Go
              to={here?.startsWith(wikiName()) ? here : wikiName()}
              channel={null}
              here={here}
              go={go}
              label="Wiki"
            >
              <span className="sign" aria-hidden="true">
                <Leaves />
              </span>
              <span className="name">Wiki</span>
            </Go>
            <Go to={TRACKER} channel={null} here={here} go={go} label="Jira">
              <span className="sign" aria-hidden="true">
                <Leaves />
              </span>
              <span className="name">Jira</span>
            </Go>
          </Section>
        ) : null}
        <Section title="Apps">
          {apps(world).map((one) => (
            <Direct key={one.id} other={one} here={here} go={go} label={`${one.real_name}, app`} />
          ))}
        </Section>
        <Section title="Direct messages">
          {humans(world)
            .filter((one) => one.id !== me.id)
            .map((one) => (
              <Direct key={one.id} other={one} here={here} go={go} label={one.real_name} />
            ))}
          {groups.map((one) => (
            <Go key={one.id} to={one.name} channel={one} here={here} go={go} label={placeName(world, one)}>
              <span className="name">{placeName(world, one)}</span>
            </Go>
          ))}
        </Section>
      </nav>
      <footer>
        <a href={`/?as=${encodeURIComponent(me.name)}`} target="_blank" rel="noreferrer">
          Open another window
        </a>
        <p>
          A playground on your machine.{" "}
          {model ? `What is asked, and what is found for it, is sent to ${model}.` : "Nothing leaves it."}
        </p>
      </footer>
    </div>
  );
}

function channelLabel(channel: Channel): string {
  return [channel.name, channel.kind === "private" ? "private" : "", channel.is_member ? "" : "not joined"]
    .filter(Boolean)
    .join(", ");
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul>{children}</ul>
    </section>
  );
}

interface GoProps {
  to: string;
  channel: Channel | null;
  here: string | null;
  go: (to: string) => void;
  label: string;
  children: ReactNode;
}

function Go({ to, channel, here, go, label, children }: GoProps) {
  const world = useWorld();
  const unread = (channel && world.unread.get(channel.id)) || 0;
  const isHere = here === to;
  return (
    <li>
      <a
        href={`?in=${encodeURIComponent(to)}`}
        aria-label={unread ? `${label}, ${unread} unread` : label}
        aria-current={isHere ? "page" : undefined}
        className={unread ? "unread" : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          go(to);
        }}
      >
        {children}
        {unread ? <span className="count">{unread}</span> : null}
      </a>
    </li>
  );
}

function Direct({
  other,
  here,
  go,
  label,
}: {
  other: User;
  here: string | null;
  go: (to: string) => void;
  label: string;
}) {
  const world = useWorld();
  const channel = [...world.channels.values()].find(
    (one) => one.kind === "im" && one.members.includes(other.id) && one.members.includes(world.me),
  );
  const at = here === `home:${other.name}` ? here : `dm:${other.name}`;
  return (
    <Go to={at} channel={channel ?? null} here={here} go={go} label={label}>
      <Avatar name={other.real_name} isApp={other.is_bot} />
      <span className="name">{other.real_name}</span>
      {other.is_bot ? <span className="tag" aria-hidden="true" data-word="APP" /> : null}
    </Go>
  );
}

function Leaves() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path
        d="M3 2.5h7l3 3v8H3zm1.4 1.4v8.2h7.2V6.3H9.2V3.9zM5.6 8h4.8v1.1H5.6zm0 2.2h4.8v1.1H5.6z"
        fill="currentColor"
      />
    </svg>
  );
}

export function Lock() {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true">
      <path
        d="M5 7V5a3 3 0 0 1 6 0v2h.5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zm1.4 0h3.2V5a1.6 1.6 0 0 0-3.2 0z"
        fill="currentColor"
      />
    </svg>
  );
}
