// The company's wiki from behind: all that is in it, with what whoever looks may read, and how fresh what Footnote knows of it is.

import { useCallback, useEffect, useRef, useState } from "react";
import { inWiki, type Thing, type Wiki as Told, wiki } from "./api";
import type { Move } from "./page";
import { focusOn } from "./pane";
import { wikiName } from "./place";
import { Lock } from "./sidebar";
import { Shown } from "./wikipage";
import type { User } from "./wire";

const LOOK_AGAIN_MS = 400;
const A_STEP_REM = 1.1;

interface Props {
  me: User;
  company: string;
  open: string | null;
  move: (to: Move) => void;
  openList: () => void;
}

export function Wiki({ me, company, open, move, openList }: Props) {
  const { told, failure, look } = useWiki(me.id);
  const [wanted, find] = useState("");
  const ask = () => move({ in: "dm:footnote" });
  return (
    <>
      <main>
        <header className="place">
          <button type="button" className="list" aria-label="Places" onClick={openList}>
            ☰
          </button>
          <h1>Wiki</h1>
          <span className="about">
            {company}'s Confluence, an emulator on this machine, as those who keep it see it
          </span>
        </header>
        {failure ? (
          <p className="failure" role="alert">
            {failure}
          </p>
        ) : null}
        {told ? <Freshness read={told.read} look={look} /> : null}
        <section className="wiki" aria-label="The wiki" tabIndex={0}>
          {told ? (
            <>
              <label className="finder">
                <span>Find a page</span>
                <input type="text" value={wanted} onChange={({ target }) => find(target.value)} />
              </label>
              {told.spaces.map((space) => (
                <Space
                  key={space.key}
                  space={space}
                  me={me}
                  wanted={wanted}
                  open={open}
                  go={(id) => move({ in: wikiName(id) })}
                />
              ))}
            </>
          ) : null}
        </section>
      </main>
      {told && open ? (
        <Shown
          key={open}
          id={open}
          me={me}
          groups={told.groups}
          people={told.people}
          changed={look}
          ask={ask}
          close={() => {
            move({ in: wikiName() });
            focusOn(`[data-thing="${open}"]`);
          }}
        />
      ) : null}
    </>
  );
}

interface Looked {
  told: Told | null;
  failure: string;
  look: () => void;
}

/** Looked at again while Footnote reads, and when the window is come back to: others may change it too. */
function useWiki(me: string): Looked {
  const [told, tell] = useState<Told | null>(null);
  const [failure, fail] = useState("");
  const isGone = useRef(false);
  const look = useCallback(() => {
    wiki(me)
      .then((found) => {
        if (isGone.current) return;
        tell(found);
        fail("");
      })
      .catch((why: Error) => fail(why.message));
  }, [me]);
  useEffect(() => {
    isGone.current = false;
    look();
    addEventListener("focus", look);
    return () => {
      isGone.current = true;
      removeEventListener("focus", look);
    };
  }, [look]);
  useEffect(() => {
    if (!told?.read.reading) return;
    const timer = setTimeout(look, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [told, look]);
  return { told, failure, look };
}

function Freshness({ read, look }: { read: Told["read"]; look: () => void }) {
  const [failure, fail] = useState("");
  const readAgain = () => {
    if (read.reading) return;
    inWiki("read")
      .then(() => {
        fail("");
        look();
      })
      .catch((why: Error) => fail(why.message));
  };
  return (
    <div className={read.behind ? "freshness behind" : "freshness"}>
      <p role="status">
        {read.reading
          ? "Footnote is reading it …"
          : read.behind
            ? "Changed since Footnote last read it."
            : `Footnote knows it as it was at ${clock(read.at)}, and nothing was changed here since.`}
      </p>
      <button type="button" aria-disabled={read.reading || undefined} onClick={readAgain}>
        Footnote reads it again now
      </button>
      {read.behind && !read.reading ? (
        <p className="note">
          Whoever was shut out is not shown it even now: before each answer, the wiki itself is asked. What
          was opened or written, Footnote knows once it has read it.
        </p>
      ) : null}
      {read.stopped ? <p className="note">It could not be read to the end: {read.stopped}</p> : null}
      {failure ? (
        <p className="failure" role="alert">
          {failure}
        </p>
      ) : null}
      {read.problems.length ? (
        <details>
          <summary>What Footnote could not make out</summary>
          <ul>
            {read.problems.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

function clock(at: string | null): string {
  return at ? new Date(at).toLocaleTimeString("en-GB") : "no time yet";
}

interface SpaceProps {
  space: Told["spaces"][number];
  me: User;
  wanted: string;
  open: string | null;
  go: (id: string) => void;
}

function Space({ space, me, wanted, open, go }: SpaceProps) {
  const asked = wanted.trim().toLowerCase();
  const found = asked
    ? space.things.filter(({ title }) => title.toLowerCase().includes(asked))
    : space.things;
  if (!found.length) return null;
  return (
    <section className="space" aria-label={space.name}>
      <h2>{space.name}</h2>
      <p>Read by {new Intl.ListFormat("en").format(space.readers)}, where a page does not say otherwise.</p>
      <ul>
        {found.map((one) => (
          <li key={one.id} style={{ paddingLeft: `${asked ? 0 : one.depth * A_STEP_REM}rem` }}>
            <Row one={one} me={me} isOpen={one.id === open} go={go} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Row({ one, me, isOpen, go }: { one: Thing; me: User; isOpen: boolean; go: (id: string) => void }) {
  const to = wikiName(one.id);
  return (
    <a
      href={`?in=${encodeURIComponent(to)}`}
      data-thing={one.id}
      aria-current={isOpen ? "page" : undefined}
      className={one.may ? undefined : "shut"}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(one.id);
      }}
    >
      <span className="title">{one.title}</span>
      {one.kind === "page" ? null : (
        <span className="tag">{one.kind === "blogpost" ? "blog" : one.kind}</span>
      )}
      {one.trashed ? <small>in the trash</small> : null}
      {one.restricted ? (
        <small className="only">
          <Lock /> {only(one.restricted)}
        </small>
      ) : null}
      {one.may || one.trashed ? null : <small>not for {me.real_name}</small>}
    </a>
  );
}

export function only(restricted: string[]): string {
  return restricted.length ? `only ${new Intl.ListFormat("en").format(restricted)}` : "nobody";
}
