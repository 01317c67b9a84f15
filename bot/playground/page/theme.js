// Light or dark: the system decides until somebody chooses.

import { goPage } from "./route.js";
import { redraw, store } from "./state.js";

const SAVED = "steward-playground-theme";

function chosen() {
  return store.route.theme || localStorage.getItem(SAVED) || "";
}

const system = matchMedia("(prefers-color-scheme: dark)");
system.addEventListener("change", () => redraw());

export function isDark() {
  return chosen() ? chosen() === "dark" : system.matches;
}

export function applyTheme() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
}

export function toggleTheme() {
  localStorage.setItem(SAVED, isDark() ? "light" : "dark");
  goPage({ theme: localStorage.getItem(SAVED) });
}
