// Who is in a place: everyone who reads what is said there.

import { useEffect, useId, useRef, useState } from "react";
import { act } from "./api";
import { Avatar, humans, useWorld } from "./names";
import type { Channel } from "./wire";

const MOST_FACES = 3;

export function Members({ channel }: { channel: Channel }) {
  const world = useWorld();
  const [isOpen, open] = useState(false);
  const [failure, fail] = useState("");
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  // Whoever was added or taken out moves in the list, and takes the focus along.
  const moved = useRef<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once they have moved
  useEffect(() => {
    const list = dialog.current;
    if (moved.current === null || !list) return;
    const row = list.querySelector<HTMLElement>(`[data-who="${moved.current}"] button`);
    (row ?? list.querySelector<HTMLElement>(".close"))?.focus();
    moved.current = null;
  }, [channel.members]);
  const inside = channel.members.flatMap((id) => world.people.get(id) ?? []);
  const outside = humans(world).filter((one) => !channel.members.includes(one.id));
  const attempt = (action: "invite" | "remove" | "leave", who: string) => {
    moved.current = who;
    act(world.me, action, { channel: channel.id, ...(action === "leave" ? {} : { who }) })
      .then(() => fail(""))
      .catch((why: Error) => {
        moved.current = null;
        fail(why.message);
      });
  };
  const count = inside.filter((one) => !one.is_bot).length;
  return (
    <>
      <button
        type="button"
        className="members"
        aria-label={`${count} ${count === 1 ? "person" : "people"} in here`}
        onClick={() => open(true)}
      >
        {inside
          .filter((one) => !one.is_bot)
          .slice(0, MOST_FACES)
          .map((one) => (
            <Avatar key={one.id} name={one.real_name} />
          ))}
        <span>{count}</span>
      </button>
      {isOpen ? (
        <dialog ref={dialog} className="people" aria-labelledby={title} onClose={() => open(false)}>
          <header>
            <h2 id={title}>In #{channel.name}</h2>
            <button
              type="button"
              className="close"
              aria-label="Close"
              onClick={() => dialog.current?.close()}
            >
              ×
            </button>
          </header>
          <p>
            {channel.kind === "public"
              ? "A public channel: every full member may read it, whether they are in it or not."
              : "A private channel: only these people read it."}
          </p>
          {failure ? (
            <p className="failure" role="alert">
              {failure}
            </p>
          ) : null}
          <ul>
            {inside.map((one) => (
              <li key={one.id} data-who={one.id}>
                <Avatar name={one.real_name} isApp={one.is_bot} />
                <span>
                  <b>{one.real_name}</b> {one.is_bot ? <span className="tag">APP</span> : null}
                  <small>{one.title}</small>
                </span>
                {channel.is_member && !channel.general && !one.is_bot ? (
                  <button
                    type="button"
                    onClick={() => attempt(one.id === world.me ? "leave" : "remove", one.id)}
                  >
                    {one.id === world.me ? "Leave" : "Remove"}
                    <span className="unseen"> {one.real_name}</span>
                  </button>
                ) : null}
              </li>
            ))}
            {channel.is_member
              ? outside.map((one) => (
                  <li key={one.id} className="outside" data-who={one.id}>
                    <Avatar name={one.real_name} />
                    <span>
                      <b>{one.real_name}</b>
                      <small>{one.title}</small>
                    </span>
                    <button type="button" onClick={() => attempt("invite", one.id)}>
                      Add<span className="unseen"> {one.real_name}</span>
                    </button>
                  </li>
                ))
              : null}
          </ul>
        </dialog>
      ) : null}
    </>
  );
}
