// @ts-check
/**
 * What the ring's drawing computes: which stretch of the circle each token makes its node's, how many copies of the worst
 * covered keys are up, and the paths of the arcs. Angles are fractions of the circle, from the top, clockwise.
 *
 * A key belongs to the first token at or after its own; so a token's stretch reaches back to the token before it.
 */
import { serves } from "./node_states.js";

/** @import { TopologyDatacenter, TopologyNode, TopologyRack } from "./bodies.ts" */

/** Tokens there are. */
const CIRCLE = 2 ** 32;

/**
 * @typedef {object} Arc
 * @property {number} start
 * @property {number} end above `start`, by 1 at most; beyond 1 where it goes over the top
 * @property {TopologyNode} node
 * @property {number} turn of the arcs around the circle, to tell neighbours apart
 */

/**
 * The angle of a token.
 *
 * @param {string | number} token
 */
export function angleOf(token) {
  return Number(token) / CIRCLE;
}

/**
 * The arcs of one rack, by their start.
 *
 * @param {TopologyRack} rack
 * @returns {Arc[]}
 */
export function arcsOf(rack) {
  const ends = rack.nodes
    .flatMap((node) => node.tokens.map((token) => ({ end: angleOf(token), node })))
    .sort((a, b) => a.end - b.end);
  return ends.map(({ end, node }, i) => {
    const before = ends[(i + ends.length - 1) % ends.length]?.end ?? end;
    // The first goes over the top: its start is before 0. One alone is the whole circle.
    const start = ends.length === 1 ? end - 1 : i === 0 ? before - 1 : before;
    return start < 0 && end <= 0 ? { start: start + 1, end: end + 1, node, turn: i } : { start, end, node, turn: i };
  });
}

/**
 * The same with at most `limit` arcs, for rings of very many tokens: too fine a stretch is shown as part of its neighbour's,
 * unless its node does not serve: that is never hidden.
 *
 * @param {readonly Arc[]} arcs
 * @param {number} limit
 * @returns {Arc[]}
 */
export function mergeArcs(arcs, limit) {
  if (arcs.length <= limit) return [...arcs];
  /** @type {Arc[]} */
  const merged = [];
  for (const arc of arcs) {
    const last = merged.at(-1);
    const room = last !== undefined && last.end - last.start < 1 / limit;
    if (last === undefined || !room) merged.push({ ...arc, turn: merged.length });
    else merged[merged.length - 1] = { ...last, end: arc.end, node: serves(last.node.state) ? arc.node : last.node };
  }
  return merged;
}

/**
 * How many copies the worst covered keys of a datacenter have in nodes that serve, of how many in all.
 *
 * @param {TopologyDatacenter} datacenter
 * @returns {{ least: number, most: number }}
 */
export function coverage(datacenter) {
  const rings = datacenter.racks.map((rack) =>
    rack.nodes
      .flatMap((node) => node.tokens.map((token) => ({ at: Number(token), up: serves(node.state) })))
      .sort((a, b) => a.at - b.at)
  );
  const most = rings.length;
  // A rack's copy is there or not for whole stretches, so it changes only at tokens: one sweep over all of them in order.
  const steps = rings
    .flatMap((ring, rack) => ring.map(({ at }, i) => ({ at, rack, up: ring[(i + 1) % ring.length]?.up ?? false })))
    .sort((a, b) => a.at - b.at);
  const up = rings.map((ring) => ring[0]?.up ?? false);
  let there = up.filter(Boolean).length;
  let least = there;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i];
    if (step === undefined) break;
    there += Number(step.up) - Number(up[step.rack] ?? false);
    up[step.rack] = step.up;
    // Tokens that are equal change together.
    if (steps[i + 1]?.at !== step.at) least = Math.min(least, there);
  }
  return { least: most === 0 ? 0 : least, most };
}

/**
 * A point at `angle` and `radius` around the middle of the drawing.
 *
 * @param {number} angle
 * @param {number} radius
 */
export function pointAt(angle, radius) {
  const turn = (angle - 0.25) * 2 * Math.PI;
  return { x: round(radius * Math.cos(turn)), y: round(radius * Math.sin(turn)) };
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/**
 * The outline of a stretch of a ring between two radii, as an SVG path. `gap` is cut off at both ends, in units of length.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} inner
 * @param {number} outer
 * @param {number} gap
 */
export function bandPath(start, end, inner, outer, gap) {
  if (end - start >= 1) {
    return `${circle(outer, 1)} ${circle(inner, 0)}`;
  }
  const middle = (inner + outer) / 2;
  const cut = Math.min(gap / (2 * Math.PI * middle), (end - start) * 0.25);
  const [from, to] = [start + cut, end - cut];
  const large = to - from > 0.5 ? 1 : 0;
  const [a, b, c, d] = [pointAt(from, outer), pointAt(to, outer), pointAt(to, inner), pointAt(from, inner)];
  return `M${a.x} ${a.y}A${outer} ${outer} 0 ${large} 1 ${b.x} ${b.y}L${c.x} ${c.y}A${inner} ${inner} 0 ${large} 0 ${d.x} ${d.y}Z`;
}

/**
 * @param {number} radius
 * @param {0 | 1} sweep
 */
function circle(radius, sweep) {
  return `M0 ${-radius}A${radius} ${radius} 0 1 ${sweep} 0 ${radius}A${radius} ${radius} 0 1 ${sweep} 0 ${-radius}Z`;
}

/**
 * A line for text along a ring around the middle of a stretch. In the lower half it runs the other way, so that nothing
 * stands on its head.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} radius
 */
export function textPath(start, end, radius) {
  const middle = ((start + end) / 2 % 1 + 1) % 1;
  const isLow = middle > 0.25 && middle < 0.75;
  const half = Math.min((end - start) / 2, 0.49);
  const [from, to] = isLow ? [middle + half, middle - half] : [middle - half, middle + half];
  const [a, b] = [pointAt(from, radius), pointAt(to, radius)];
  return `M${a.x} ${a.y}A${radius} ${radius} 0 ${half > 0.25 ? 1 : 0} ${isLow ? 0 : 1} ${b.x} ${b.y}`;
}

/**
 * What is left of a stretch when the part within `half` of the top is taken: the longer remaining piece. Rack names stand there.
 *
 * @param {number} start
 * @param {number} end
 * @param {number} half
 * @returns {[number, number]}
 */
export function besideTop(start, end, half) {
  /** @type {[number, number][]} */
  let pieces = [[start, end]];
  for (const top of [-1, 0, 1, 2]) {
    pieces = pieces.flatMap(([from, to]) => {
      /** @type {[number, number][]} */
      const left = [];
      if (from < top - half) left.push([from, Math.min(to, top - half)]);
      if (to > top + half) left.push([Math.max(from, top + half), to]);
      return left;
    });
  }
  return pieces.reduce((best, piece) => piece[1] - piece[0] > best[1] - best[0] ? piece : best, [start, start]);
}
