// @ts-check
/// <reference lib="dom" />
/** Is what the page shows of now? The sign in the header, the banner when the node does not answer, the form for admin_token. */
import { byId, setText } from "./dom.js";
import { span, timeOfDay } from "./format.js";

/** @import { Api, ApiError } from "./api.js" */

export class ConnectionView {
  #sign = byId("live");
  #banner = byId("banner");
  #token = byId("token-panel");
  #reason = byId("token-reason");
  /** @type {number | undefined} */
  #heardAt;
  /** @type {number | undefined} */
  #lostAt;
  #paused = false;

  /**
   * @param {Api} api
   * @param {() => void} retry called when there is a token to try
   */
  constructor(api, retry) {
    const input = /** @type {HTMLInputElement} */ (byId("token"));
    byId("token-form").addEventListener("submit", (event) => {
      event.preventDefault();
      api.token = input.value;
      input.value = "";
      retry();
    });
    setInterval(() => this.#show(), 1000);
  }

  /** The node answered. */
  answered() {
    this.#heardAt = Date.now();
    this.#lostAt = undefined;
    this.#show();
  }

  /** It did not. */
  lost() {
    this.#lostAt ??= Date.now();
    this.#show();
  }

  /** @param {boolean} paused because nobody looks */
  pause(paused) {
    this.#paused = paused;
    this.#show();
  }

  /** @param {ApiError | undefined} error what the node said without the token; undefined when it asks for none */
  askToken(error) {
    const hadFocus = this.#token.contains(document.activeElement);
    this.#token.hidden = error === undefined;
    if (error !== undefined) setText(this.#reason, error.message);
    else if (hadFocus) byId("main").focus();
  }

  #show() {
    const state = this.#paused
      ? "paused"
      : this.#lostAt !== undefined
      ? "lost"
      : this.#heardAt === undefined
      ? "waiting"
      : "live";
    this.#sign.dataset.state = state;
    setText(this.#sign, { paused: "Paused", lost: "No answer", waiting: "Connecting", live: "Live" }[state]);
    document.body.classList.toggle("stale", state === "lost");
    this.#banner.hidden = state !== "lost";
    if (state !== "lost" || this.#lostAt === undefined) return;
    const heard = this.#heardAt;
    setText(byId("banner-text"), `${location.host} does not answer.`);
    setText(
      byId("banner-since"),
      heard === undefined
        ? "It is asked again every few seconds."
        : `What is shown is from ${timeOfDay(heard)}, ${
          span((Date.now() - heard) / 1000)
        } ago. It is asked again every few seconds.`,
    );
  }
}
