// @ts-check
/// <reference lib="dom" />
/** The box that finds a key's owners: in which nodes its copies are, which are read first, and why. */
import { ApiError } from "./api.js";
import { byId, element } from "./dom.js";
import { plural } from "./format.js";
import { namer } from "./node_id.js";
import { serves } from "./node_states.js";
import { stateChip } from "./state_chip.js";

/** @import { Api } from "./api.js" */
/** @import { Owner, Ownership, Topology } from "./bodies.ts" */

export class OwnerView {
  #api;
  #found;
  #input = /** @type {HTMLInputElement} */ (byId("key"));
  #encoding = /** @type {HTMLSelectElement} */ (byId("key-encoding"));
  #clear = byId("key-clear");
  #result = byId("owner-result");
  #status = byId("owner-status");
  /** @type {Readonly<Record<string, string>> | undefined} */
  #query;
  /** @type {(node: Owner) => string} */
  #nameOf = ({ name }) => name;
  /** Only the answer to the last question counts. */
  #asked = 0;

  /**
   * @param {Api} api
   * @param {(ownership: Ownership | undefined) => void} found told what to point out in the ring
   */
  constructor(api, found) {
    this.#api = api;
    this.#found = found;
    byId("owner-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#input.value === "") return this.#empty();
      this.#query = {
        key: this.#input.value,
        ...(this.#encoding.value === "base64" ? { encoding: "base64" } : {}),
      };
      void this.#ask(true);
    });
    this.#clear.addEventListener("click", () => {
      this.#input.value = "";
      this.#empty();
      this.#input.focus();
    });
  }

  /**
   * Asks again: nodes or their states are others now.
   *
   * @param {Topology} topology
   */
  refresh(topology) {
    this.#nameOf = namer(topology);
    if (this.#query !== undefined) void this.#ask(false);
  }

  #empty() {
    this.#asked++;
    this.#query = undefined;
    this.#result.replaceChildren();
    this.#status.textContent = "";
    this.#clear.hidden = true;
    this.#found(undefined);
  }

  /** @param {boolean} isNew asked by a person, who is told of the answer */
  async #ask(isNew) {
    const asked = ++this.#asked;
    try {
      const ownership = /** @type {Ownership} */ (await this.#api.get("owner", this.#query));
      if (asked !== this.#asked) return;
      this.#show(ownership, isNew);
      this.#found(ownership);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (asked !== this.#asked || !isNew) return;
      this.#result.replaceChildren(element("p", { class: "problem" }, `Not found out: ${error.message}`));
      this.#status.textContent = `Not found out: ${error.message}`;
      this.#found(undefined);
    }
    this.#clear.hidden = false;
  }

  /**
   * @param {Ownership} ownership
   * @param {boolean} isNew
   */
  #show({ key, hashed, token, owners, why }, isNew) {
    const up = owners.filter((owner) => serves(owner.state)).length;
    const heading = element("p", { class: "owner-heading" }, "Key ", element("code", {}, key), ` has token ${token}`);
    if (hashed !== undefined && hashed !== null && hashed !== key) {
      heading.append(", hashed by its tag ", element("code", {}, hashed));
    }
    heading.append(`. ${plural(owners.length, "owner")}, ${up} serving.`);
    const list = element("ul", { class: "owners" });
    for (const owner of owners) {
      const item = element(
        "li",
        {},
        stateChip(owner.state),
        element("strong", {}, this.#nameOf(owner)),
        element("span", { class: "muted" }, `${owner.datacenter} / ${owner.rack}`),
      );
      if (typeof owner.read_order === "number") {
        item.append(element("span", { class: "badge" }, `read ${ordinal(owner.read_order)}`));
      }
      list.append(item);
    }
    const reason = element("details", { class: "why" }, element("summary", {}, "Why these"), why);
    reason.open = this.#result.querySelector("details")?.open ?? false;
    this.#result.replaceChildren(heading, list, reason);
    if (isNew) {
      const named = owners.map((owner) => `${this.#nameOf(owner)} in ${owner.rack}, ${owner.state}`).join("; ");
      this.#status.textContent = `Key ${key} has token ${token}. ${plural(owners.length, "owner")}: ${named}.`;
    }
  }
}

/** @param {number} number */
function ordinal(number) {
  return `${number}${["th", "st", "nd", "rd"][number % 100 > 10 && number % 100 < 14 ? 0 : number % 10] ?? "th"}`;
}
