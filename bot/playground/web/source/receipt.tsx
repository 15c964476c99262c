// Beside the chat: how an answer came about. In the demo it also tells what was kept from whom, and why.

import { type ReactNode, useEffect, useState } from "react";
import { type Reader, receipt, type Receipt as Told } from "./api";
import { Avatar } from "./names";
import { Pane } from "./pane";

const LOOK_AGAIN_MS = 300;
const MOST_LOOKS = 40;
const MOST_LOOKS_FOR_NOTHING = 4; // another app's message has no receipt

interface Props {
  channel: string;
  ts: string | null;
  isWritten: boolean;
  close: () => void;
}

export function Receipt({ channel, ts, isWritten, close }: Props) {
  const { told, because } = useReceipt(channel, ts, isWritten);
  return (
    <Pane name="Receipt" about={told?.receipt} close={close}>
      <section className="told" aria-label="How this came about" tabIndex={0}>
        {told ? <Body told={told} /> : <p className="empty">{because}</p>}
      </section>
    </Pane>
  );
}

const ASK_FIRST = "Ask something. Here it will say how the answer came about, and what was kept from whom.";
const NOT_YET =
  "It is still being written: each line once it is proven. Then it will say here how it came about.";
const NOT_OURS = "There is no receipt for this message.";

const UNREAD = "The receipt cannot be read now. Is footnote demo still running?";

interface Looked {
  told: Told | null;
  /** Why there is none, once that is known. */
  because: string;
}

/** Asked again while the question is still in hand. */
function useReceipt(channel: string, ts: string | null, isWritten: boolean): Looked {
  const [looked, tell] = useState<Looked>({ told: null, because: "" });
  useEffect(() => {
    tell({ told: null, because: ts ? (isWritten ? "" : NOT_YET) : ASK_FIRST });
    if (!ts || !isWritten) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const look = async (times: number) => {
      const found = await receipt(channel, ts).catch(() => undefined);
      if (isGone) return;
      const most = found ? MOST_LOOKS : MOST_LOOKS_FOR_NOTHING;
      const isLast = times >= most;
      if (found) tell({ told: found, because: "" });
      else if (isLast) tell({ told: null, because: found === null ? NOT_OURS : UNREAD });
      if (!found?.over && !isLast) timer = setTimeout(() => look(times + 1), LOOK_AGAIN_MS);
    };
    look(1);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [channel, ts, isWritten]);
  return looked;
}

const STATES: Record<Told["state"], string> = {
  working: "Being worked on",
  held: "Held for a colleague to check",
  answered: "Answered",
  refused: "Not answered",
  clarified: "Asked back",
  failed: "Failed",
  withdrawn: "Withdrawn",
  erased: "Erased",
};

/** The kinds of error that a model's adapter has. */
const REASONS: Record<string, string> = {
  not_reviewed: "A colleague had to check it, and nobody could in time.",
  declined: "Whoever checked it would not have it shown.",
  outdated: "While somebody checked it, what it was made from changed, or who reads there.",
  unanswered: "Nothing that all of them may read answers it.",
  unknown_person: "No source knows who asked.",
  not_a_member: "Only members of the company are answered.",
  unknown_audience: "Who reads this place could not be found out.",
  unproven: "What was drafted could not be proven.",
  too_many: "More was asked in this minute than it takes from one person.",
  too_many_by_all: "More was asked in this minute than it takes in.",
  restricted: "Nothing is said on this subject, by a rule.",
  out_of_scope: "No document of a company is for this.",
  no_tool: "Something was to be done, and there is nothing to do it with.",
  no_summary: "A thread was to be summarised, and where it was asked there is none.",
  summary_beside: "A thread was to be summarised beside other questions.",
  link_elsewhere: "Another conversation was to be retold where others read along.",
  unreadable_link: "The link leads to nothing that the asker is in.",
  empty_conversation: "Nothing was said there that could be summarised.",
  unproven_summary: "Nothing of the summary could be proven.",
  proposed: "Something to be done: a card was shown.",
  denied: "It may not be done: nothing was looked up, and nothing done.",
  not_addressed: "It named nobody, and was said to somebody else: nobody was told.",
  needs_slack: "A person checks such answers, and only Slack reaches them.",
  paused: "Everything is paused.",
  greet: "A greeting: nothing was looked up.",
  thank: "Thanks: nothing was looked up.",
  talk: "Small talk: nothing was looked up.",
  help: "Asked what it can do: nothing was looked up.",
  about_me: "Asked about themselves: nothing was looked up.",
  empty: "There was no question in it.",
  composer: "The question does not say enough.",
  which: "It can mean several things, each with an answer of its own.",
  too_long: "It was too long for one question.",
};

function reason(why: string, audience: Told["audience"]): string {
  const [alone] = audience?.size === 1 ? (audience.people ?? []) : [];
  if (why === "unanswered" && alone) return `Nothing that ${alone.name} may read answers it.`;
  return REASONS[why] ?? why;
}

function Body({ told }: { told: Told }) {
  const { asked, audience, route, withheld, evidence, claims, verification } = told;
  return (
    <>
      <div className={`state ${told.state}`}>
        <b>{STATES[told.state]}</b>
        {told.reply?.reason ? <span>{reason(told.reply.reason, audience)}</span> : null}
        {told.error ? <span>{told.error}</span> : null}
      </div>
      {asked ? (
        <p className="asked">
          <q>{asked.text}</q>
          <small>
            {asked.by.name}, in {asked.where}
          </small>
        </p>
      ) : null}
      {audience ? (
        <Part title={told.part === "aside" ? "For whom: the asker alone" : "Who reads the answer"}>
          <People people={audience.people} size={audience.size} />
          {audience.complete ? null : <p>Not everybody could be found out: so nothing may be shown.</p>}
          {audience.bots ? (
            <p className="note">Other apps in there: {audience.bots}. They do not count as readers.</p>
          ) : null}
        </Part>
      ) : null}
      {withheld.documents.length ? (
        <Part title="Kept back">
          {withheld.documents.map((one) => (
            <div key={one.document} className="kept">
              <b>{one.title}</b>
              <small>{one.place}</small>
              <p>
                It would rank no. {one.would_be}. <Names people={one.who_may_not} /> may not read it.
              </p>
            </div>
          ))}
          <p className="note">{withheld.note}</p>
        </Part>
      ) : null}
      {evidence.length ? (
        <Part title="What was found, within what they may read">
          <Found evidence={evidence} isByWords={told.embedder === null} />
        </Part>
      ) : null}
      {claims.length ? (
        <Part title="What was said, and what proves it">
          {claims.map((claim, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: claims have an order and nothing else
            <div key={at} className="claim">
              {isInOwnWords(claim) ? <p className="text">{claim.text}</p> : null}
              {claim.quotes.map((one) => (
                <blockquote key={one.handle + one.quote}>
                  <p>{one.quote}</p>
                  <cite>{one.title}</cite>
                </blockquote>
              ))}
            </div>
          ))}
        </Part>
      ) : null}
      {verification.drafted !== null ? (
        <Part title="Verified">
          <Verified told={told} />
        </Part>
      ) : null}
      {Object.keys(told.timings_ms).length ? (
        <Part title="How long it took">
          <Timings timings={told.timings_ms} />
        </Part>
      ) : null}
      <Part title="Way">
        <dl>
          {route ? (
            <Term name="Route">
              {route.intent}, {route.risk} risk, by {told.embedder ? "words and meaning" : "words alone"}
            </Term>
          ) : null}
          {route?.scope.length ? <Term name="Scope of the channel">{route.scope.join(", ")}</Term> : null}
          {told.model ? <Term name="Written by">{told.model}</Term> : null}
          {told.noted.length ? <Term name="Noted">{told.noted.join(" ")}</Term> : null}
          {told.rules ? <Term name="Rules">{told.rules.slice(0, 12)}</Term> : null}
        </dl>
      </Part>
      <Part title="In the ledger">
        <ol className="events">
          {told.ledger.events.map((one) => (
            <li key={one.seq}>
              <span>{one.seq}</span> {one.kind}
            </li>
          ))}
        </ol>
        <dl>
          <Term name="Leaf">{told.ledger.leaf.slice(0, 24)}…</Term>
          <Term name="Signed">{told.ledger.signed ? "yes: nobody can change this unseen" : "not yet"}</Term>
        </dl>
      </Part>
    </>
  );
}

/** What a composer put in words of its own; a quote that is said as it stands is not shown twice. */
function isInOwnWords({ text, quotes }: Told["claims"][number]): boolean {
  const letters = (written: string) => written.replace(/[^\p{L}\p{N}]+/gu, "");
  return !letters(quotes.map(({ quote }) => quote).join("")).includes(letters(text));
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="part">
      <h3>{title}</h3>
      {children}
    </div>
  );
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function People({ people, size }: { people: Reader[] | null; size: number }) {
  if (!people) return <p>{size} people</p>;
  return (
    <ul className="readers">
      {people.map((one) => (
        <li key={one.email ?? one.name}>
          <Avatar name={one.name} /> {one.name}
        </li>
      ))}
    </ul>
  );
}

const MOST_NAMES = 4;

function Names({ people }: { people: Reader[] }) {
  const named = people.slice(0, MOST_NAMES).map(({ name }) => name);
  const more = people.length - named.length;
  return more ? `${named.join(", ")} and ${more} more` : new Intl.ListFormat("en").format(named);
}

function Found({ evidence, isByWords }: { evidence: Told["evidence"]; isByWords: boolean }) {
  return (
    <table className="found">
      <thead>
        <tr>
          <th scope="col">Passage</th>
          <th scope="col">Words</th>
          {isByWords ? null : <th scope="col">Meaning</th>}
        </tr>
      </thead>
      <tbody>
        {evidence.map((one) => (
          <tr key={one.handle} className={one.cited ? "cited" : undefined}>
            <td>
              <details>
                <summary>
                  <span>
                    {one.handle}. {one.title}
                  </span>
                  {one.cited ? <mark>cited</mark> : null}
                </summary>
                <small>
                  {one.place} · {one.heading}
                </small>
                <p>{one.excerpt}</p>
              </details>
            </td>
            <td>{one.ranks.keywords ?? "–"}</td>
            {isByWords ? null : <td>{one.ranks.vectors ?? "–"}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Verified({ told: { verification } }: { told: Told }) {
  const { drafted, kept, violations, unreadable } = verification;
  const taken = unreadable.documents.length + unreadable.sources.length;
  return (
    <ul className="verified">
      <li>
        {drafted === 0 ? "Nothing was drafted." : `${kept} of ${drafted} proven by quotes, word for word.`}
      </li>
      {violations.map((one) => (
        <li key={one.claim + one.rule + one.detail} className="bad">
          Dropped no. {one.claim + 1}: {one.rule.replaceAll("_", " ")} ({one.detail})
        </li>
      ))}
      {taken || drafted ? (
        <li className={taken ? "bad" : undefined}>
          {taken
            ? `Taken back by its source meanwhile, and so left out: ${[...unreadable.documents, ...unreadable.sources].join(", ")}`
            : "The sources were asked again just before: all of it may still be read."}
        </li>
      ) : null}
    </ul>
  );
}

const STEPS = ["rewrite", "route", "audience", "retrieve", "record", "compose", "recheck"];

function Timings({ timings }: { timings: Record<string, number> }) {
  const steps = STEPS.flatMap((name) =>
    timings[name] === undefined ? [] : [[name, timings[name]] as const],
  );
  const longest = Math.max(...steps.map(([, ms]) => ms), 1);
  const total = steps.reduce((sum, [, ms]) => sum + ms, 0);
  return (
    <dl className="timings">
      {steps.map(([name, ms]) => (
        <Term key={name} name={name}>
          <span className="bar" style={{ width: `${(ms / longest) * 60}%` }} /> {ms.toFixed(ms < 10 ? 1 : 0)}{" "}
          ms
        </Term>
      ))}
      <Term name="in all">{total.toFixed(0)} ms</Term>
    </dl>
  );
}
