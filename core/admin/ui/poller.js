// @ts-check
/// <reference lib="dom" />
/**
 * Asks for one body again and again: the next time only after the last answer, so that a slow node is not asked faster than it
 * answers; less often while it does not answer; not at all while nobody looks at the page.
 */
import { ApiError } from "./api.js";

/** @import { Api } from "./api.js" */

/** The longest wait of one that fails. */
const WAIT_MAX_MS = 15_000;
/** How soon a path that was missing is tried again: the node may have been replaced by a newer one. */
const MISSING_WAIT_MS = 60_000;

export class Poller {
  #api;
  #path;
  #everyMs;
  #take;
  #fail;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #asking = false;
  #running = false;

  /**
   * @param {Api} api
   * @param {string} path
   * @param {number} everyMs
   * @param {(body: unknown) => void} take
   * @param {(error: ApiError) => void} fail
   */
  constructor(api, path, everyMs, take, fail) {
    this.#api = api;
    this.#path = path;
    this.#everyMs = everyMs;
    this.#take = take;
    this.#fail = fail;
  }

  /** Asks now, and from then on. */
  start() {
    this.#running = true;
    clearTimeout(this.#timer);
    if (!this.#asking) void this.#ask();
  }

  stop() {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  async #ask() {
    this.#asking = true;
    let wait = this.#everyMs;
    try {
      const body = await this.#api.get(this.#path);
      this.#failures = 0;
      if (this.#running) this.#take(body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      wait = error.problem === "missing" ? MISSING_WAIT_MS : Math.min(WAIT_MAX_MS, this.#everyMs * 2 ** this.#failures);
      this.#failures = Math.min(this.#failures + 1, 10);
      // A request that ended because the page was left says nothing of the node.
      if (this.#running) this.#fail(error);
    } finally {
      this.#asking = false;
      if (this.#running) this.#timer = setTimeout(() => void this.#ask(), wait);
    }
  }
}
