// @ts-check
/// <reference lib="dom" />
/** Slow log and hot keys: two tables whose texts are the clients' own bytes. */
import { byId, element, setText, syncRows } from "./dom.js";
import { count, duration, percent, rate, timeOfDay } from "./format.js";

/** @import { HotKeys, SlowCommand } from "./bodies.ts" */

/** What is shown of each at most. */
const ROWS_MAX = 50;

/**
 * @param {number} cells
 * @returns {HTMLElement}
 */
function row(cells) {
  return element("tr", {}, ...Array.from({ length: cells }, () => element("td")));
}

/**
 * @param {HTMLElement} at
 * @param {readonly string[]} texts
 */
function fill(at, texts) {
  texts.forEach((text, i) => {
    const cell = at.children[i];
    if (cell) setText(cell, text);
  });
}

/** @param {readonly SlowCommand[]} commands */
export function showSlowLog(commands) {
  const body = byId("slow-body");
  const shown = commands.slice(0, ROWS_MAX);
  syncRows(body, shown, (item) => `${item.id} ${item.timestamp}`, () => row(4), (at, item) => {
    fill(at, [
      timeOfDay(item.timestamp * 1000),
      duration(item.duration_us),
      item.command.join(" "),
      item.client_name === "" ? item.client : `${item.client_name} (${item.client})`,
    ]);
  });
  byId("slow-table").hidden = shown.length === 0;
  setText(byId("slow-note"), shown.length === 0 ? "No command was slower than the threshold of the slow log." : "");
}

/** @param {HotKeys} hot */
export function showHotKeys({ sampled_requests, window_seconds, keys }) {
  const body = byId("hot-body");
  const shown = keys.slice(0, ROWS_MAX);
  syncRows(body, shown, (item) => item.key, () => row(4), (at, item) => {
    fill(at, [item.key, "", rate(item.per_second), percent(item.read_percent)]);
    const share = at.children[1];
    if (share) {
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", `${item.share_percent}%`);
      share.replaceChildren(bar, percent(item.share_percent));
    }
  });
  byId("hot-table").hidden = shown.length === 0;
  const window = window_seconds > 0 ? ` of the last ${count(window_seconds)} s` : "";
  setText(
    byId("hot-note"),
    shown.length === 0 ? "No key stands out." : `From ${count(sampled_requests)} sampled requests${window}.`,
  );
}
