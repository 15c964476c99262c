// Where the page begins.

import "slack-blocks-to-jsx/dist/style.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { about, act, everybody } from "./api";
import { Page } from "./page";
import { address, whoIs } from "./place";
import { Themed } from "./theme";
import type { User } from "./wire";

async function begin(): Promise<void> {
  const root = createRoot(document.getElementById("page") as HTMLElement);
  try {
    const [{ people, team }, told] = await Promise.all([
      everybody(),
      about(() => root.render(<p className="waiting">Footnote is reading the documents …</p>)),
    ]);
    await beginAfresh(people);
    root.render(
      <Themed>
        <Page people={people} company={told?.company ?? team.name} about={told} />
      </Themed>,
    );
  } catch {
    root.render(
      <p className="waiting" role="alert">
        Nobody answers. Is <code>footnote demo</code> still running? Start it again, and reload this page.
      </p>,
    );
  }
}

/** In Slack, what only one person sees is gone when their client starts afresh, and so is an open modal. */
async function beginAfresh(people: User[]): Promise<void> {
  const me = whoIs(address().as, people);
  if (me) await act(me.id, "reload").catch(() => {});
}

begin();
