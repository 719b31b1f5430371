// @ts-check
/// <reference lib="dom" />
/**
 * The ring of each datacenter, drawn: a band for every rack, the outermost first, cut into what each node owns. Each rack is
 * one full circle because each holds one full copy. A key is a line from the middle: it meets its owner in every band.
 *
 * To assistive technology a drawing is one picture with a sentence; all it shows is in the table of nodes.
 */
import { byId, drawn, element, setText } from "./dom.js";
import { percent, plural } from "./format.js";
import { namer, nodeId } from "./node_id.js";
import { lookOf, serves } from "./node_states.js";
import { stateChip } from "./state_chip.js";
import { angleOf, arcsOf, bandPath, besideTop, coverage, mergeArcs, pointAt, textPath } from "./ring_geometry.js";

/** @import { Topology, TopologyDatacenter, TopologyNode, TopologyRack, Ownership } from "./bodies.ts" */
/** @import { Arc } from "./ring_geometry.js" */

/** Of the drawing, in its own units. */
const OUTER = 200;
const INNER = 84;
const BAND_MAX = 42;
const EDGE = 228;
const SIDE = 246;
/** More arcs than this in a band cannot be told apart. */
const ARCS_MAX = 720;
/** A character of the drawing's text, roughly. */
const CHARACTER = 6.1;
/** A band thinner than this carries no text. */
const TEXT_BAND = 15;

export class RingView {
  #frame;
  #select;
  /** @type {Topology | undefined} */
  #topology;
  /** @type {Ownership | undefined} */
  #ownership;
  /** @type {string | undefined} */
  #selected;
  /** @type {Map<string, SVGElement[]>} */
  #arcs = new Map();
  #shapes = 0;
  /** @type {(node: TopologyNode) => string} */
  #nameOf = ({ name }) => name;

  /**
   * @param {HTMLElement} frame
   * @param {(id: string) => void} select told which node was pointed at
   */
  constructor(frame, select) {
    this.#frame = frame;
    this.#select = select;
    frame.addEventListener("click", (event) => {
      const id = event.target instanceof Element
        ? event.target.closest("[data-node]")?.getAttribute("data-node")
        : null;
      if (id) this.#select(id);
    });
  }

  /** @param {Topology} topology */
  show(topology) {
    this.#topology = topology;
    this.#nameOf = namer(topology);
    this.#draw();
  }

  /** @param {Ownership | undefined} ownership the key whose owners stand out */
  showOwners(ownership) {
    this.#ownership = ownership;
    this.#draw();
  }

  /** @param {string | undefined} id */
  mark(id) {
    this.#selected = id;
    for (const [node, arcs] of this.#arcs) {
      for (const arc of arcs) arc.classList.toggle("selected", node === id);
    }
    this.#describe(id);
  }

  /** @param {string | undefined} id */
  #describe(id) {
    const line = byId("ring-selected");
    for (const datacenter of this.#topology?.datacenters ?? []) {
      for (const rack of datacenter.racks) {
        const node = rack.nodes.find((node) => nodeId(datacenter.name, rack.name, node) === id);
        if (node === undefined) continue;
        const facts = [`${datacenter.name} / ${rack.name}`, `owns ${percent(node.ownership_percent)}`, tokensOf(node)];
        const name = element("strong", {}, this.#nameOf(node));
        line.replaceChildren(stateChip(node.state), name, ...facts.map((fact) => element("span", {}, fact)));
        return;
      }
    }
    setText(line, "Choose a stretch of the ring to see whose it is.");
  }

  #draw() {
    const topology = this.#topology;
    if (topology === undefined) return;
    this.#arcs = new Map();
    this.#shapes = 0;
    const owners = this.#ownership &&
      new Set(this.#ownership.owners.map((owner) => nodeId(owner.datacenter, owner.rack, owner)));
    this.#frame.replaceChildren(...topology.datacenters.map((datacenter) => this.#datacenter(datacenter, owners)));
    this.mark(this.#selected);
  }

  /**
   * @param {TopologyDatacenter} datacenter
   * @param {Set<string> | undefined} owners
   */
  #datacenter(datacenter, owners) {
    const nodes = datacenter.racks.flatMap((rack) => rack.nodes);
    const up = nodes.filter((node) => serves(node.state)).length;
    const { least, most } = coverage(datacenter);
    const copies = `${least} of ${most} ${most === 1 ? "copy" : "copies"} up`;
    const tone = up === nodes.length ? "" : least === 0 ? "bad" : "busy";
    const size = `${plural(datacenter.racks.length, "rack")}, ${plural(nodes.length, "node")}`;
    const svg = drawn("svg", {
      viewBox: `${-SIDE} ${-EDGE} ${2 * SIDE} ${2 * EDGE}`,
      role: "img",
      class: owners === undefined ? "ring" : "ring has-owners",
      "aria-label": `Ring of datacenter ${datacenter.name}: ${size}, ${up} serving; ` +
        `the keys with fewest copies have ${copies}. The table of nodes below holds the same.`,
    });
    svg.append(hatch(), scale());
    const band = Math.min(BAND_MAX, (OUTER - INNER) / Math.max(1, datacenter.racks.length));
    /** @type {Node[]} */
    const tags = [];
    datacenter.racks.forEach((rack, i) => {
      const outer = OUTER - i * band;
      const tag = band >= TEXT_BAND ? rackTag(rack.name, outer - band / 2) : undefined;
      svg.append(this.#rack(datacenter, rack, outer - band + 2, outer, tag?.width ?? 0, owners));
      if (tag !== undefined) tags.push(tag.shape);
    });
    svg.append(...tags);
    if (this.#ownership !== undefined) {
      svg.append(keyLine(angleOf(this.#ownership.token), OUTER - band * datacenter.racks.length));
    }
    svg.append(
      drawn("text", { class: "ring-name", y: -12 }, shortened(datacenter.name, 16)),
      drawn(
        "text",
        { class: `ring-fact ${tone}`, y: 10 },
        `${up} of ${nodes.length} up`,
      ),
      drawn("text", { class: `ring-fact ${tone}`, y: 28 }, copies),
    );
    return element("div", { class: "ring-frame" }, svg);
  }

  /**
   * @param {TopologyDatacenter} datacenter
   * @param {TopologyRack} rack
   * @param {number} inner
   * @param {number} outer
   * @param {number} tagWidth
   * @param {Set<string> | undefined} owners
   */
  #rack(datacenter, rack, inner, outer, tagWidth, owners) {
    const group = drawn("g");
    const arcs = mergeArcs(arcsOf(rack), ARCS_MAX);
    const middle = (inner + outer) / 2;
    const topHalf = tagWidth / 2 / (2 * Math.PI * middle);
    for (const arc of arcs) {
      const id = nodeId(datacenter.name, rack.name, arc.node);
      const { tone } = lookOf(arc.node.state);
      // No two neighbours alike, the last and the first neither.
      const shade = arcs.length % 2 === 1 && arc.turn === arcs.length - 1 && arcs.length > 1 ? 2 : arc.turn % 2;
      const shape = drawn(
        "g",
        { class: `arc ${tone} shade-${shade}${owners?.has(id) ? " owner" : ""}`, "data-node": id },
        drawn("title", {}, described(arc.node, this.#nameOf(arc.node), rack.name)),
      );
      const path = bandPath(arc.start, arc.end, inner, outer, arcs.length > 180 ? 0.4 : arcs.length > 40 ? 1 : 2);
      shape.append(drawn("path", { class: "band", d: path }));
      if (tone !== "good") shape.append(drawn("path", { class: "hatch", d: path }));
      const text = this.#label(arc, middle, outer - inner, topHalf);
      if (text !== undefined) shape.append(...text);
      else shape.classList.add("bare");
      group.append(shape);
      this.#arcs.set(id, [...this.#arcs.get(id) ?? [], shape]);
    }
    return group;
  }

  /**
   * The node's name along its arc, where it fits.
   *
   * @param {Arc} arc
   * @param {number} radius
   * @param {number} thickness
   * @param {number} topHalf what of the circle the rack's name takes
   */
  #label({ start, end, node }, radius, thickness, topHalf) {
    if (thickness < TEXT_BAND - 2) return undefined;
    const [from, to] = besideTop(start, end, topHalf);
    const room = (to - from) * 2 * Math.PI * radius - 10;
    const name = this.#nameOf(node);
    const texts = serves(node.state)
      ? [node.self ? `${name} (this node)` : name, name]
      : [`${name} ${node.state}`, node.state, name];
    const text = texts.find((candidate) => candidate.length * CHARACTER <= room);
    if (text === undefined) return undefined;
    const id = `arc-text-${this.#frame.id}-${this.#shapes++}-${this.#arcs.size}`;
    const along = drawn("textPath", { href: `#${id}`, startOffset: "50%" }, text);
    return [
      drawn("path", { id, class: "guide", d: textPath(from, to, radius) }),
      drawn("text", { class: "arc-text", dy: "0.35em" }, along),
    ];
  }
}

/**
 * @param {TopologyNode} node
 * @param {string} name
 * @param {string} rack
 */
function described(node, name, rack) {
  return `${name} in ${rack}\n${node.state}: ${lookOf(node.state).meaning}\n` +
    `owns ${percent(node.ownership_percent)} of its rack\n${tokensOf(node)}`;
}

/** @param {TopologyNode} node */
function tokensOf({ tokens }) {
  const some = tokens.length > 4 ? `${tokens.slice(0, 4).join(", ")} and ${tokens.length - 4} more` : tokens.join(", ");
  return `token${tokens.length === 1 ? "" : "s"} ${some}`;
}

/**
 * @param {string} text
 * @param {number} length
 */
function shortened(text, length) {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Stripes over what does not serve, for eyes to which red and green are alike. */
function hatch() {
  const pattern = drawn(
    "pattern",
    { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    drawn("rect", { class: "stripe", width: 2, height: 6 }),
  );
  return drawn("defs", {}, pattern);
}

/** Where the quarters of the token space are. */
function scale() {
  const group = drawn("g", { class: "scale" });
  ["0", "2³⁰", "2³¹", "3·2³⁰"].forEach((name, i) => {
    const [from, to] = [pointAt(i / 4, OUTER + 3), pointAt(i / 4, OUTER + 8)];
    const at = pointAt(i / 4, OUTER + (i % 2 === 0 ? 17 : 11));
    group.append(
      drawn("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y }),
      drawn("text", { x: at.x, y: at.y, dy: "0.35em", class: ["", "after", "", "before"][i] ?? "" }, name),
    );
  });
  return group;
}

/**
 * The rack's name on its band, at the top.
 *
 * @param {string} name
 * @param {number} radius
 */
function rackTag(name, radius) {
  const text = shortened(name, 14);
  const width = text.length * CHARACTER + 14;
  const shape = drawn(
    "g",
    { class: "rack-tag", transform: `translate(0 ${-radius})` },
    drawn("rect", { x: -width / 2, y: -8.5, width, height: 17, rx: 8.5 }),
    drawn("text", { dy: "0.35em" }, text),
  );
  return { shape, width: width + 8 };
}

/**
 * The key's own place, across all bands.
 *
 * @param {number} angle
 * @param {number} inner
 */
function keyLine(angle, inner) {
  const [from, to] = [pointAt(angle, inner - 6), pointAt(angle, OUTER + 6)];
  return drawn(
    "g",
    { class: "key-line" },
    drawn("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y }),
    drawn("circle", { cx: to.x, cy: to.y, r: 5 }),
  );
}
