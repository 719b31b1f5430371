// @ts-check
/// <reference lib="dom" />
/** The table of nodes: all the ring shows, as text, and what this node knows of its links to each. */
import { byId, element, setText, syncRows } from "./dom.js";
import { bytes, count, NONE, percent, span } from "./format.js";
import { namer, nodeId } from "./node_id.js";
import { serves } from "./node_states.js";
import { stateChip } from "./state_chip.js";

/** @import { Peer, PeerLink, Topology, TopologyNode } from "./bodies.ts" */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} label
 * @property {string} datacenter
 * @property {string} rack
 * @property {TopologyNode} node
 * @property {Peer | undefined} peer
 */

/** With fewer nodes than this nothing needs to be searched for. */
const FILTER_FROM = 10;

export class NodesView {
  #body = byId("nodes-body");
  #filter = /** @type {HTMLInputElement} */ (byId("nodes-filter"));
  #trouble = /** @type {HTMLInputElement} */ (byId("nodes-trouble"));
  #select;
  /** @type {Topology | undefined} */
  #topology;
  /** @type {Map<string, Peer>} */
  #peers = new Map();
  /** @type {string | undefined} */
  #selected;

  /** @param {(id: string) => void} select told which node was chosen */
  constructor(select) {
    this.#select = select;
    this.#filter.addEventListener("input", () => this.#draw());
    this.#trouble.addEventListener("change", () => this.#draw());
  }

  /** @param {Topology} topology */
  show(topology) {
    this.#topology = topology;
    this.#draw();
  }

  /** @param {readonly Peer[]} peers */
  showPeers(peers) {
    this.#peers = new Map(peers.map((peer) => [nodeId(peer.datacenter, peer.rack, peer), peer]));
    this.#draw();
  }

  /** @param {string | undefined} id */
  mark(id) {
    this.#selected = id;
    this.#draw();
    const row = [...this.#body.children].find((row) => row instanceof HTMLElement && row.dataset.key === id);
    // Within its frame alone: the page stays where it was looked at.
    const frame = this.#body.closest(".scroll");
    if (row instanceof HTMLElement && frame) frame.scrollTop = row.offsetTop - frame.clientHeight / 2;
  }

  #draw() {
    const topology = this.#topology;
    if (topology === undefined) return;
    const nameOf = namer(topology);
    /** @type {Row[]} */
    const all = topology.datacenters.flatMap((datacenter) =>
      datacenter.racks.flatMap((rack) =>
        rack.nodes.map((node) => {
          const id = nodeId(datacenter.name, rack.name, node);
          return {
            id,
            label: nameOf(node),
            datacenter: datacenter.name,
            rack: rack.name,
            node,
            peer: this.#peers.get(id),
          };
        })
      )
    );
    byId("nodes-tools").hidden = all.length < FILTER_FROM;
    const wanted = this.#filter.value.trim().toLowerCase();
    const rows = all.filter(({ datacenter, rack, node }) =>
      (!this.#trouble.checked || !serves(node.state)) &&
      `${node.name} ${node.host} ${datacenter} ${rack} ${node.state}`.toLowerCase().includes(wanted)
    );
    syncRows(this.#body, rows, (row) => row.id, (row) => this.#make(row), (at, row) => this.#update(at, row));
    setText(byId("nodes-shown"), rows.length === all.length ? "" : `${rows.length} of ${all.length} shown`);
  }

  /** @param {Row} row */
  #make({ id, node }) {
    const button = element("button", { type: "button", class: "node-name" });
    button.addEventListener("click", () => this.#select(id));
    const name = element("th", { scope: "row" }, button);
    if (node.self) name.append(" ", element("span", { class: "badge" }, "this node"));
    const cells = Array.from({ length: 11 }, (_, i) => element("td", i > 2 && i < 10 ? { class: "number" } : {}));
    return element("tr", {}, name, ...cells);
  }

  /**
   * @param {HTMLElement} at
   * @param {Row} row
   */
  #update(at, { id, label, datacenter, rack, node, peer }) {
    const button = at.querySelector("button");
    if (button !== null) {
      setText(button, label);
      button.setAttribute("aria-pressed", String(id === this.#selected));
    }
    at.classList.toggle("selected", id === this.#selected);
    const [, state, place, address, ...numbers] = at.children;
    if (state instanceof HTMLElement && state.dataset.state !== node.state) {
      state.dataset.state = node.state;
      state.replaceChildren(stateChip(node.state));
    }
    if (place) setText(place, `${datacenter} / ${rack}`);
    if (address) setText(address, `${node.host}:${node.port}`);
    const facts = [percent(node.ownership_percent), ...peerFacts(node, peer)];
    numbers.forEach((cell, i) => setText(cell, facts[i] ?? NONE));
  }
}

/**
 * @param {TopologyNode} node
 * @param {Peer | undefined} peer
 */
function peerFacts(node, peer) {
  if (peer === undefined) return node.self ? [NONE, NONE, NONE, NONE, NONE, NONE, NONE] : [];
  const { links } = peer;
  /** @param {(link: PeerLink) => number} of */
  const sum = (of) => links.reduce((total, link) => total + of(link), 0);
  const heard = peer.last_heard_ms_ago;
  const waiting = sum(({ in_queue = 0, out_queue = 0 }) => in_queue + out_queue);
  const waitingBytes = sum(({ in_queue_bytes = 0, out_queue_bytes = 0 }) => in_queue_bytes + out_queue_bytes);
  return [
    peer.phi === null ? NONE : String(Number(peer.phi.toFixed(2))),
    heard === null ? NONE : heard < 1000 ? "now" : `${span(heard / 1000)} ago`,
    `${links.filter((link) => link.connected).length} of ${links.length}`,
    waitingBytes > 0 ? `${count(waiting)} (${bytes(waitingBytes)})` : count(waiting),
    count(peer.requests),
    `${count(peer.timeouts)} / ${count(peer.failures)}`,
    peer.last_error ?? "",
  ];
}
