// “Are you sure?”: asked by Slack itself, before the app hears of the click.

import { useId, useLayoutEffect, useRef } from "react";
import type { Text } from "./wire";

export interface Confirmation {
  title: Text;
  text: Text;
  confirm: Text;
  deny: Text;
  style?: "primary" | "danger";
}

export function Confirm({ said, done }: { said: Confirmation; done: (isSure: boolean) => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close(); // before it is gone: only then does the browser give the focus back
  }, []);
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={title} onCancel={() => done(false)}>
      <h2 id={title}>{said.title.text}</h2>
      <p>{said.text.text}</p>
      <footer>
        <button type="button" onClick={() => done(false)}>
          {said.deny.text}
        </button>
        <button
          type="button"
          className={said.style === "danger" ? "danger" : "primary"}
          onClick={() => done(true)}
        >
          {said.confirm.text}
        </button>
      </footer>
    </dialog>
  );
}
