// @ts-check
/// <reference lib="dom" />
/** Light and dark: the system's choice until the toggle makes another, which this browser then keeps. */
import { byId, setText } from "./dom.js";

const KEY = "dynomite_theme";

/** @param {() => void} changed called when colours are others now */
export function startTheme(changed) {
  const button = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => {
    setText(byId("theme-text"), isDark() ? "Light theme" : "Dark theme");
    changed();
  };
  const kept = localStorage.getItem(KEY);
  if (kept === "light" || kept === "dark") document.documentElement.dataset.theme = kept;
  button.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    localStorage.setItem(KEY, chosen);
    show();
  });
  system.addEventListener("change", show);
  show();
}
