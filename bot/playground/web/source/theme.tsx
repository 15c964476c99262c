// Light or dark: as the machine has it, unless somebody chose.

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";

export type Theme = "light" | "dark";
const KEPT = "footnote-theme";
const DARK = "(prefers-color-scheme: dark)";

const Chosen = createContext<{ theme: Theme; toggle: () => void }>({ theme: "light", toggle: () => {} });

export function Themed({ children }: { children: ReactNode }) {
  const [system, setSystem] = useState<Theme>(() => (matchMedia(DARK).matches ? "dark" : "light"));
  const [chosen, choose] = useState<Theme | null>(() => localStorage.getItem(KEPT) as Theme | null);
  const theme = chosen ?? system;
  useEffect(() => {
    const media = matchMedia(DARK);
    const follow = () => setSystem(media.matches ? "dark" : "light");
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const toggle = () => {
    const next = theme === "dark" ? "light" : "dark";
    localStorage.setItem(KEPT, next);
    choose(next);
  };
  return <Chosen value={{ theme, toggle }}>{children}</Chosen>;
}

export function useTheme(): Theme {
  return useContext(Chosen).theme;
}

export function useToggle(): () => void {
  return useContext(Chosen).toggle;
}
