// Where the page begins.

import "slack-blocks-to-jsx/dist/style.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { about, act, people } from "./api";
import { Page } from "./page";
import { address } from "./place";
import { Themed } from "./theme";

async function begin(): Promise<void> {
  const root = createRoot(document.getElementById("page") as HTMLElement);
  try {
    const [everybody, company] = await Promise.all([people(), about()]);
    await forgetWhatAReloadForgets();
    root.render(
      <Themed>
        <Page people={everybody} about={company} />
      </Themed>,
    );
  } catch {
    root.render(
      <p className="waiting" role="alert">
        Nobody answers. Is `footnote demo` still running? Start it again, and reload this page.
      </p>,
    );
  }
}

/** In Slack, what only one person sees is gone when their client starts afresh, and so is an open modal. */
async function forgetWhatAReloadForgets(): Promise<void> {
  const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  const { as } = address();
  if (how?.type === "reload" && as) await act(as, "reload").catch(() => {});
}

begin();
