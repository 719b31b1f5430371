// @ts-check
/** The states of a node: a sign beside the name, so that no state is told by its colour alone, and what it means for clients. */

/** @typedef {"good" | "busy" | "away" | "bad"} Tone */
/**
 * @typedef {object} StateLook
 * @property {Tone} tone
 * @property {string} sign
 * @property {string} meaning
 */

/** @type {Readonly<Record<string, StateLook>>} */
const looks = {
  NORMAL: { tone: "good", sign: "✓", meaning: "serves reads and writes" },
  JOINING: { tone: "busy", sign: "◔", meaning: "looks for the other nodes" },
  RESUMING: { tone: "busy", sign: "◑", meaning: "takes writes again, reads not yet" },
  WRITES_ONLY: { tone: "busy", sign: "◑", meaning: "takes writes and keeps them, refuses reads" },
  STANDBY: { tone: "away", sign: "‖", meaning: "refuses reads and writes, as an operator asked" },
  LEAVING: { tone: "away", sign: "→", meaning: "leaves the ring for good" },
  DOWN: { tone: "bad", sign: "✕", meaning: "does not answer" },
};

/** @type {StateLook} */
const unknown = { tone: "away", sign: "?", meaning: "nothing is known of it" };

/**
 * How a state looks. One this page does not know is shown as unknown, under its own name.
 *
 * @param {string} state
 * @returns {StateLook}
 */
export function lookOf(state) {
  return Object.hasOwn(looks, state) ? looks[state] ?? unknown : unknown;
}

/**
 * Does it answer reads and writes?
 *
 * @param {string} state
 */
export function serves(state) {
  return lookOf(state).tone === "good";
}
