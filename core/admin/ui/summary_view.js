// @ts-check
/// <reference lib="dom" />
/** The figures at the top, and the one sentence that says how the cluster is. */
import { byId, element, setText } from "./dom.js";
import { bytes, count, duration, plural, rate, span } from "./format.js";
import { namer, nodeId } from "./node_id.js";
import { serves } from "./node_states.js";
import { coverage } from "./ring_geometry.js";
import { stateChip } from "./state_chip.js";

/** @import { Info, Topology } from "./bodies.ts" */
/** @import { Measures } from "./measures.js" */

/**
 * @param {string} id
 * @param {string} value
 * @param {string} note
 */
function tile(id, value, note) {
  setText(byId(`${id}-value`), value);
  setText(byId(`${id}-note`), note);
}

/**
 * Which node this is.
 *
 * @param {Info} info
 * @param {Topology | undefined} topology
 */
export function showIdentity(info, topology) {
  const self = topology?.datacenters.flatMap(({ racks }) => racks).flatMap(({ nodes }) => nodes).find((node) =>
    node.self
  );
  const name = topology && self ? namer(topology)(self) : String(info.source ?? "");
  setText(byId("node-name"), name);
  setText(byId("node-place"), `${info.dc ?? ""} / ${info.rack ?? ""}`);
  const uptime = typeof info.uptime === "number" ? `, up ${span(info.uptime)}` : "";
  setText(byId("node-version"), `version ${info.version ?? "unknown"}${uptime}`);
  document.title = `${name} · Dynomite`;
}

/** @param {Measures} now */
export function showMeasures(now) {
  const both = now.reads === null || now.writes === null ? null : now.reads + now.writes;
  tile("requests", rate(both), `${rate(now.reads)} reads, ${rate(now.writes)} writes`);
  tile("latency", duration(now.p99), `mean ${duration(now.mean)}, max ${duration(now.max)}`);
  tile("errors", rate(now.errors), `${count(now.errorsTotal)} since the start`);
  byId("errors-tile").dataset.tone = now.errors !== null && now.errors > 0 ? "bad" : "";
  const queued = [now.engineQueue, now.peerQueue, now.remoteQueue].filter((value) => value !== null);
  tile(
    "queued",
    queued.length === 0 ? count(null) : count(queued.reduce((a, b) => a + b, 0)),
    "at engine and peers",
  );
  tile("clients", count(now.clients), `${bytes(now.memory)} peak memory`);
}

/**
 * @param {Topology} topology
 * @returns {string} the sentence
 */
export function showHealth(topology) {
  const nodes = topology.datacenters.flatMap(({ racks }) => racks).flatMap(({ nodes }) => nodes);
  const serving = nodes.filter((node) => serves(node.state)).length;
  const isWell = serving === nodes.length;
  const worst = topology.datacenters.map((datacenter) => ({ datacenter, ...coverage(datacenter) }))
    .reduce((a, b) => b.most - b.least > a.most - a.least ? b : a);
  const sentence = isWell
    ? "Every copy of every key is up"
    : worst.least === 0
    ? `Some keys have no copy up in ${worst.datacenter.name}`
    : `Every key has at least ${worst.least} of ${worst.most} copies up in ${worst.datacenter.name}`;
  tile("health", `${serving} of ${nodes.length} up`, sentence);
  byId("health-tile").dataset.tone = isWell ? "good" : worst.least === 0 ? "bad" : "busy";
  showLegend(nodes.map((node) => node.state));
  setText(byId("ring-facts"), `Hash ${topology.hash}${topology.hash_tag ? `, tag ${topology.hash_tag}` : ""}`);
  return isWell ? "" : `${plural(nodes.length - serving, "node")} not serving. ${sentence}.`;
}

/** @param {readonly string[]} states of all nodes */
function showLegend(states) {
  const counts = new Map([["NORMAL", 0]]);
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  const items = [...counts].map(([state, number]) => element("li", {}, stateChip(state), ` ${number}`));
  const legend = byId("states");
  const text = items.map((item) => item.textContent).join();
  if (legend.dataset.text !== text) {
    legend.dataset.text = text;
    legend.replaceChildren(...items);
  }
}

/**
 * What changed between two topologies, for those who do not see it: `10.0.0.2 in rack2 is DOWN`.
 *
 * @param {Topology | undefined} before
 * @param {Topology} now
 * @returns {string}
 */
export function changesOf(before, now) {
  if (before === undefined) return "";
  const old = statesOf(before);
  const changes = [...statesOf(now)]
    .filter(([id, { state }]) => old.get(id)?.state !== state)
    .map(([, { name, rack, state }]) => `${name} in ${rack} is ${state}`);
  return changes.length > 5 ? `${changes.slice(0, 5).join(", ")} and ${changes.length - 5} more` : changes.join(", ");
}

/** @param {Topology} topology */
function statesOf(topology) {
  const nameOf = namer(topology);
  return new Map(
    topology.datacenters.flatMap((datacenter) =>
      datacenter.racks.flatMap((rack) =>
        rack.nodes.map((node) => /** @type {const} */ ([
          nodeId(datacenter.name, rack.name, node),
          { name: nameOf(node), rack: rack.name, state: node.state },
        ]))
      )
    ),
  );
}
