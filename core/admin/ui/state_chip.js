// @ts-check
/// <reference lib="dom" />
/** A state as it stands beside names: a sign, the word, a colour, and what it means on pointing at it. */
import { element } from "./dom.js";
import { lookOf } from "./node_states.js";

/** @param {string} state */
export function stateChip(state) {
  const { tone, sign, meaning } = lookOf(state);
  return element(
    "span",
    { class: `chip ${tone}`, title: meaning },
    element("span", { "aria-hidden": "true", class: "sign" }, sign),
    state,
  );
}
