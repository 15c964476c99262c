// What is open beside a conversation. Escape closes it, from wherever in it one is.

import type { ReactNode } from "react";

interface Props {
  name: string;
  about: string | undefined;
  close: () => void;
  children: ReactNode;
}

export function Pane({ name, about, close, children }: Props) {
  return (
    <aside
      className={`pane ${name.toLowerCase()}`}
      aria-label={name}
      onKeyDown={(event) => {
        const isInDialog = event.target instanceof Element && event.target.closest("dialog");
        if (event.key === "Escape" && !isInDialog) close();
      }}
    >
      <header>
        <h2>{name}</h2>
        <span>{about}</span>
        <button
          type="button"
          className="close"
          aria-label={`Close the ${name.toLowerCase()}`}
          onClick={close}
        >
          ×
        </button>
      </header>
      {children}
    </aside>
  );
}

/** What was closed gives the focus back to what opens it. */
export function focusOn(selector: string) {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(selector)?.focus());
}
