// One page of the wiki, beside the others: who reads it and why, what it says, and everything one can do to it there.

import { type FormEvent, useCallback, useEffect, useRef, useState } from "react";
import { type Block, inWiki, type Named, type WikiPage, wikiPage } from "./api";
import { Avatar } from "./names";
import { Pane } from "./pane";
import { only } from "./wiki";
import type { Json, User } from "./wire";

interface Props {
  id: string;
  me: User;
  groups: Named[];
  people: Named[];
  changed: () => void;
  ask: () => void;
  close: () => void;
}

type Do = (action: Parameters<typeof inWiki>[0], args?: Json) => Promise<boolean>;

export function Shown({ id, me, groups, people, changed, ask, close }: Props) {
  const [page, show] = useState<WikiPage | null>(null);
  const [failure, fail] = useState("");
  const look = useCallback(
    () =>
      wikiPage(id)
        .then(show)
        .catch((why: Error) => fail(why.message)),
    [id],
  );
  useEffect(() => {
    look();
  }, [look]);
  const attempt: Do = async (action, args = {}) => {
    try {
      await inWiki(action, { user: me.id, id, ...args });
      fail("");
      return true;
    } catch (why) {
      fail(why instanceof Error ? why.message : "It could not be done.");
      return false;
    } finally {
      await look();
      changed();
    }
  };
  return (
    <Pane name="Page" about={page?.path.join(" › ")} close={close}>
      <section className="told" aria-label="What this page is" tabIndex={0}>
        {failure ? (
          <p className="failure" role="alert">
            {failure}
          </p>
        ) : null}
        {page ? (
          <Body page={page} me={me} groups={groups} people={people} attempt={attempt} ask={ask} />
        ) : null}
      </section>
    </Pane>
  );
}

interface BodyProps {
  page: WikiPage;
  me: User;
  groups: Named[];
  people: Named[];
  attempt: Do;
  ask: () => void;
}

function Body({ page, me, groups, people, attempt, ask }: BodyProps) {
  // What was pressed may be gone with what it did; the focus stays where the next thing of its kind is done.
  const isRestricting = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the page is shown as it is then
  useEffect(() => {
    if (isRestricting.current) document.querySelector<HTMLElement>(".restrict select")?.focus();
    isRestricting.current = false;
  }, [page]);
  const restrict: Do = (action, args) => {
    isRestricting.current = true;
    return attempt(action, args);
  };
  return (
    <>
      <h3 className="title">{page.title}</h3>
      <p className="note">
        Version {page.version}
        {page.attachments ? `, ${counted(page.attachments, "attachment")}` : ""}
        {page.comments ? `, ${counted(page.comments, "comment")}` : ""}
        {page.trashed ? ". In the trash: nobody is shown it." : ""}
      </p>
      <div className="part">
        <h3>Who may read it</h3>
        <Readers page={page} />
        {page.trashed ? null : (
          <Restrict
            key={String(page.restricted)}
            page={page}
            groups={groups}
            people={people}
            attempt={restrict}
          />
        )}
      </div>
      {page.blocks.length ? (
        <div className="part">
          <h3>What it says</h3>
          <p className="note">Choose a line to change it, as {me.real_name}.</p>
          <Blocks blocks={page.blocks} attempt={attempt} />
        </div>
      ) : null}
      <div className="part doing">
        <button type="button" onClick={ask}>
          Ask Footnote, as {me.real_name}
        </button>
        <button type="button" className="trash" onClick={() => attempt(page.trashed ? "restore" : "trash")}>
          {page.trashed ? "Restore it" : "Move it to the trash"}
        </button>
        {page.children && !page.trashed ? (
          <p className="note">
            In the trash it takes nothing along: the {counted(page.children, "page")} below it would move up,
            and be no longer under its restriction. So it is in Confluence.
          </p>
        ) : null}
      </div>
    </>
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function Readers({ page }: { page: WikiPage }) {
  const some = page.readers.filter(({ may }) => may);
  const others = page.readers.filter(({ may }) => !may);
  return (
    <>
      <ul className="readers" aria-label="These may read it">
        {some.map((one) => (
          <li key={one.email}>
            <Avatar name={one.name} /> {one.name}
          </li>
        ))}
      </ul>
      {some.length ? null : <p>Nobody who is here.</p>}
      {some.length && others.length ? (
        <p className="note">Not {new Intl.ListFormat("en").format(others.map(({ name }) => name))}.</p>
      ) : null}
      <ul className="because">
        <li>The space: {new Intl.ListFormat("en").format(page.space_readers)}.</li>
        {page.above.map((one) => (
          <li key={one.title}>
            Above it, {one.title}: {only(one.restricted)}.
          </li>
        ))}
        <li>
          {page.restricted
            ? `The page itself: ${only(page.restricted)}.`
            : "The page itself is not restricted."}
        </li>
      </ul>
    </>
  );
}

const GROUP = "group ";

function Restrict({
  page,
  groups,
  people,
  attempt,
}: Pick<BodyProps, "page" | "groups" | "people" | "attempt">) {
  const [to, choose] = useState("");
  const restrict = (event: FormEvent) => {
    event.preventDefault();
    if (!to) return;
    const id = to.slice(GROUP.length);
    attempt("restrict", to.startsWith(GROUP) ? { groups: [id] } : { people: [id] });
  };
  return (
    <form className="restrict" onSubmit={restrict}>
      <label>
        <span>Restrict it to</span>
        <select value={to} onChange={({ target }) => choose(target.value)}>
          <option value="">Choose …</option>
          <optgroup label="Groups">
            {groups.map((one) => (
              <option key={one.id} value={GROUP + one.id}>
                {one.name}
              </option>
            ))}
          </optgroup>
          <optgroup label="People">
            {people.map((one) => (
              <option key={one.id} value={`whose ${one.id}`}>
                {one.name}
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <button type="submit" aria-disabled={!to || undefined}>
        Restrict
      </button>
      {page.restricted ? (
        <button type="button" onClick={() => attempt("open")}>
          Open it again
        </button>
      ) : null}
    </form>
  );
}

function Blocks({ blocks, attempt }: { blocks: Block[]; attempt: Do }) {
  const [editing, edit] = useState<number | null>(null);
  const shown = blocks.map((one, at) => ({ one, at }));
  const rows = Map.groupBy(shown, ({ one, at }) => (one.row === null ? `block ${at}` : `row ${one.row}`));
  // What was written in is gone with its end; the line itself takes the focus back.
  const left = useRef<number | null>(null);
  useEffect(() => {
    if (editing !== null || left.current === null) return;
    document.querySelector<HTMLElement>(`[data-block="${left.current}"]`)?.focus();
    left.current = null;
  }, [editing]);
  const done = (at: number) => {
    left.current = at;
    edit(null);
  };
  return (
    <div className="blocks">
      {[...rows].map(([name, inside]) => (
        <div key={name} className={inside[0]?.one.row === null ? undefined : "row"}>
          {inside.map(({ one, at }) =>
            editing === at ? (
              <Edited
                key={at}
                text={one.text}
                save={(text) =>
                  attempt("edit", { at, was: one.text, text }).then((isDone) => isDone && done(at))
                }
                cancel={() => done(at)}
              />
            ) : (
              <button
                key={at}
                type="button"
                data-block={at}
                className={`block ${one.kind}`}
                onClick={() => edit(at)}
              >
                <span className="unseen">Change: </span>
                {one.text}
              </button>
            ),
          )}
        </div>
      ))}
    </div>
  );
}

function Edited({ text, save, cancel }: { text: string; save: (text: string) => void; cancel: () => void }) {
  const [written, write] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <form
      className="editing"
      onSubmit={(event) => {
        event.preventDefault();
        save(written);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation(); // the page stays open
        cancel();
      }}
    >
      <textarea
        ref={field}
        aria-label="What it says there"
        rows={Math.min(Math.ceil(written.length / 40) + 1, 8)}
        value={written}
        onChange={({ target }) => write(target.value)}
      />
      <button type="submit" className="primary">
        Save
      </button>
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </form>
  );
}
