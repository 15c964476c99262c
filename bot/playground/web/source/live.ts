// Keeps a `World` true: reads it once, then hears what happens. What is heard while something is being read waits, so
// that an older reading never covers newer news.

import { useCallback, useEffect, useReducer, useRef } from "react";
import * as api from "./api";
import type { Told } from "./wire";
import { type Change, changed, unknown, type World } from "./world";

export interface Live {
  world: World;
  isLoaded: boolean;
  enter: (channel: string) => Promise<void>;
  markRead: (channel: string) => void;
}

export function useLive(me: string, looking: string | null): Live {
  const [world, change] = useReducer(changed, me, unknown);
  const watched = useRef(looking);
  watched.current = looking;
  const hold = useRef<{ reads: number; heard: Told[] }>({ reads: 0, heard: [] });
  const rooms = useRef(new Set<string>());

  const hear = useCallback((told: Told) => {
    if (hold.current.reads) hold.current.heard.push(told);
    else change({ what: "told", told, looking: watched.current });
  }, []);

  const reading = useCallback(async (read: () => Promise<Change>) => {
    hold.current.reads += 1;
    try {
      change(await read());
    } finally {
      hold.current.reads -= 1;
      if (!hold.current.reads) {
        for (const told of hold.current.heard.splice(0))
          change({ what: "told", told, looking: watched.current });
      }
    }
  }, []);

  const enter = useCallback(
    (channel: string) => {
      rooms.current.add(channel);
      return reading(async () => ({ what: "entered", channel, room: await api.room(me, channel) }));
    },
    [me, reading],
  );

  useEffect(() => {
    const everything = async (): Promise<Change> => {
      const [{ people }, channels, commands, views] = await Promise.all([
        api.everybody(),
        api.channels(me),
        api.commands(),
        api.views(me),
      ]);
      return { what: "loaded", loaded: { people, channels, commands, ...views } };
    };
    const line = (connected: boolean) => {
      change({ what: "line", connected });
      if (!connected) return;
      // The line is new: what was said while there was none is read now.
      reading(everything).catch(() => change({ what: "line", connected: false }));
      for (const channel of rooms.current) enter(channel).catch(() => rooms.current.delete(channel));
    };
    // A browser keeps six lines to one host. A window that nobody sees gives its own up, and reads afresh when seen.
    let hangUp: (() => void) | null = null;
    const follow = () => {
      if (!document.hidden) hangUp ??= api.listen(me, hear, line);
      else {
        hangUp?.();
        hangUp = null;
      }
    };
    document.addEventListener("visibilitychange", follow);
    follow();
    return () => {
      document.removeEventListener("visibilitychange", follow);
      hangUp?.();
    };
  }, [me, hear, reading, enter]);

  const markRead = useCallback((channel: string) => change({ what: "read", channel }), []);
  return { world, isLoaded: world.people.size > 0, enter, markRead };
}
