// Theme: light, dark, or as the system is.

import { by } from "./elements.js";

const KEY = "likewise-theme";
const THEMES = ["light dark", "light", "dark"];
const NAMES = ["as the system", "light", "dark"];

export function setUpTheme() {
  let at = Math.max(0, THEMES.indexOf(kept() ?? THEMES[0]));
  const show = () => {
    document.documentElement.style.colorScheme = THEMES[at];
    const label = `Colours: ${NAMES[at]}`;
    by("theme").title = label;
    by("theme").setAttribute("aria-label", label);
  };
  by("theme").addEventListener("click", () => {
    at = (at + 1) % THEMES.length;
    try {
      localStorage.setItem(KEY, THEMES[at]);
    } catch {
      // a browser that keeps nothing still changes colours
    }
    show();
  });
  show();
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
