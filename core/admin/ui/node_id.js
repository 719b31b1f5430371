// @ts-check
/** Which node is meant: in the page's own data by an id, to people by the shortest name that is of one node only. */

/** @import { Topology } from "./bodies.ts" */

/**
 * What one node is known by throughout the page: a name alone may occur in two racks.
 *
 * @param {string} datacenter
 * @param {string} rack
 * @param {{ readonly name: string, readonly port: number }} node
 */
export function nodeId(datacenter, rack, node) {
  return JSON.stringify([datacenter, rack, node.name, node.port]);
}

/**
 * How nodes of this topology are called: by their names, and with the port where several share one.
 *
 * @param {Topology} topology
 * @returns {(node: { readonly name: string, readonly port: number }) => string}
 */
export function namer({ datacenters }) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const { name } of datacenters.flatMap(({ racks }) => racks).flatMap(({ nodes }) => nodes)) {
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return ({ name, port }) => (times.get(name) ?? 1) > 1 ? `${name}:${port}` : name;
}
