// The company's Jira from behind: every project's issues, the newest first, and what was asked of each target.

import { useEffect, useRef, useState } from "react";
import { type Asked, type Issue, type Tracker as Told, tracker } from "./api";

const LOOK_AGAIN_MS = 1500;

interface Props {
  company: string;
  openList: () => void;
}

export function Tracker({ company, openList }: Props) {
  const { told, failure } = useTracker();
  return (
    <main>
      <header className="place">
        <button type="button" className="list" aria-label="Places" onClick={openList}>
          ☰
        </button>
        <h1>Jira</h1>
        <span className="about">
          {company}'s Jira, an emulator on this machine, as those who keep it see it
        </span>
      </header>
      {failure ? (
        <p className="failure" role="alert">
          {failure}
        </p>
      ) : null}
      <section className="wiki tracker" aria-label="The board" tabIndex={0}>
        {told?.projects.map((one) => (
          <section key={one.key} className="space" aria-label={one.name}>
            <h2>
              {one.name} <span className="tag">{one.key}</span>
            </h2>
            {one.issues.length ? (
              <ul>
                {one.issues.map((issue) => (
                  <Shown key={issue.key} issue={issue} />
                ))}
              </ul>
            ) : (
              <p>No issues yet.</p>
            )}
          </section>
        ))}
        {told ? <Requests targets={told.targets} /> : null}
      </section>
    </main>
  );
}

interface Looked {
  told: Told | null;
  failure: string;
}

/** Looked at again and again, as long as the window is seen: it is written to from elsewhere. */
function useTracker(): Looked {
  const [told, tell] = useState<Told | null>(null);
  const [failure, fail] = useState("");
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    const look = () => {
      if (document.hidden) return;
      tracker()
        .then((found) => {
          if (isGone.current) return;
          tell(found);
          fail("");
        })
        .catch((why: Error) => fail(why.message));
    };
    look();
    const timer = setInterval(look, LOOK_AGAIN_MS);
    return () => {
      isGone.current = true;
      clearInterval(timer);
    };
  }, []);
  return { told, failure };
}

function Shown({ issue }: { issue: Issue }) {
  return (
    <li className="issue">
      <details>
        <summary>
          <b>{issue.key}</b> <span className="tag">{issue.type}</span> {issue.summary}{" "}
          <small>
            {issue.by}, {clock(issue.at)}
            {issue.comments.length ? ` · ${counted(issue.comments.length, "comment")}` : ""}
          </small>
        </summary>
        <p className="text">{issue.text || "It says no more."}</p>
        {issue.comments.map((one) => (
          <blockquote key={`${one.at} ${one.text}`}>
            <p className="text">{one.text}</p>
            <small>
              {one.by}, {clock(one.at)}
            </small>
          </blockquote>
        ))}
      </details>
    </li>
  );
}

function Requests({ targets }: { targets: Told["targets"] }) {
  return (
    <section className="space" aria-label="What was asked of the targets">
      <h2>What was asked of the targets</h2>
      <p>Whatever Footnote does outside Slack is one request here that wrote something.</p>
      {targets.map((one) => (
        <details key={one.name}>
          <summary>
            <b>{one.name}</b>: {counted(one.writes, "write")}, {counted(one.asked, "request")} in all
          </summary>
          <table>
            <thead>
              <tr>
                <th scope="col">At</th>
                <th scope="col">Request</th>
                <th scope="col">Answer</th>
                <th scope="col">Wrote</th>
              </tr>
            </thead>
            <tbody>
              {one.requests.map((each, number) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two requests may be alike in all that is told
                <Line key={number} asked={each} />
              ))}
            </tbody>
          </table>
        </details>
      ))}
    </section>
  );
}

function Line({ asked }: { asked: Asked }) {
  return (
    <tr className={asked.wrote ? "wrote" : undefined}>
      <td>{clock(asked.at)}</td>
      <td>
        {asked.method} {asked.path}
      </td>
      <td>{asked.outcome || asked.status}</td>
      <td>{asked.wrote ? "yes" : ""}</td>
    </tr>
  );
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function clock(at: number): string {
  return new Date(at * 1000).toLocaleTimeString("en-GB");
}
