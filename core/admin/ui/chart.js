// @ts-check
/// <reference lib="dom" />
/**
 * A moving chart: uPlot, with a legend of our own that is text and can be read without the drawing. Lines differ by dashes as
 * well as by colour. The cursors of all charts go together.
 */
import { element, setText } from "./dom.js";
import { NONE, timeOfDay } from "./format.js";

/** @typedef {import("uplot")} UPlotChart */

/** uPlot comes before this module, as a script of its own, and is a global. */
const UPlot = /** @type {typeof import("uplot")} */ (Reflect.get(globalThis, "uPlot"));

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} colour name of a custom property of the style sheet
 * @property {number[]} [dash]
 * @property {boolean} [filled]
 */

/** What a chart shows at least, so that its first points do not stand alone at its edge. */
const SPAN_MIN_S = 60;
const FONT = "11px system-ui, sans-serif";

export class Chart {
  #frame;
  #lines;
  #format;
  #spanS;
  /** uPlot's own element stands free in the space it has, so that its size does not feed back into it. */
  #canvas = element("div", { class: "canvas" });
  #plot = element("div", { class: "plot", "aria-hidden": "true" }, this.#canvas);
  /** @type {HTMLElement[]} */
  #values = [];
  #when = element("span", { class: "legend-time" });
  /** @type {UPlotChart | undefined} */
  #chart;
  /** @type {[number[], ...(number | null)[][]]} */
  #columns = [[]];

  /**
   * @param {HTMLElement} frame a figure with its heading
   * @param {readonly Line[]} lines
   * @param {(value: number | null | undefined) => string} format of the values
   * @param {number} spanS how much time is shown
   */
  constructor(frame, lines, format, spanS) {
    this.#frame = frame;
    this.#lines = lines;
    this.#format = format;
    this.#spanS = spanS;
    const legend = element("ul", { class: "legend" });
    for (const { label, colour, dash } of lines) {
      const value = element("span", { class: "legend-value" }, NONE);
      this.#values.push(value);
      const swatch = element("span", { class: dash ? "swatch dashed" : "swatch", "aria-hidden": "true" });
      swatch.style.setProperty("--line", `var(${colour})`);
      legend.append(element("li", {}, swatch, element("span", { class: "legend-label" }, label), " ", value));
    }
    frame.append(this.#plot, element("figcaption", {}, legend, this.#when));
    new ResizeObserver(() => this.#fit()).observe(this.#plot);
  }

  /** @param {[number[], ...(number | null)[][]]} columns times in seconds, then a column for each line */
  show(columns) {
    this.#columns = columns;
    this.#chart?.setData(/** @type {import("uplot").AlignedData} */ (columns));
    this.#describe(this.#chart?.cursor.idx);
  }

  /** Draws all of it anew: its colours are taken from the page when it is made. */
  restyle() {
    this.#chart?.destroy();
    this.#chart = undefined;
    this.#fit();
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.#plot;
    if (width === 0) return;
    if (this.#chart === undefined) this.#chart = this.#make(width, height);
    else if (this.#chart.width !== width || this.#chart.height !== height) this.#chart.setSize({ width, height });
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  #make(width, height) {
    const probe = this.#frame.appendChild(element("span", { hidden: "" }));
    /** @param {string} value as a style sheet has it; a canvas knows no custom properties */
    const resolved = (value) => {
      probe.style.color = value;
      return getComputedStyle(probe).color;
    };
    /** @param {string} name */
    const colour = (name) => resolved(`var(${name})`);
    const axis = {
      stroke: colour("--muted"),
      font: FONT,
      grid: { stroke: colour("--line-soft"), width: 1 },
      ticks: { show: false },
    };
    const format = this.#format;
    /** @type {import("uplot").Options} */
    const options = {
      width,
      height,
      padding: [10, 28, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "all" }, y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: {
        x: { time: true, range: () => this.#range() },
        // From zero; an idle node shows a flat line at the bottom and not a scale of its own noise.
        y: { range: (_, __, max) => [0, !max || max <= 0 ? 1 : max * 1.1] },
      },
      axes: [
        { ...axis, size: 28, gap: 8, space: 70, values: (_, splits) => splits.map((s) => timeOfDay(s * 1000)) },
        {
          ...axis,
          size: 58,
          space: 26,
          values: (_, splits) => splits.map((split) => format(split)),
        },
      ],
      series: [
        {},
        ...this.#lines.map((line) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: 1.75,
          ...(line.dash ? { dash: line.dash } : {}),
          ...(line.filled ? { fill: resolved(`color-mix(in srgb, var(${line.colour}) 14%, transparent)`) } : {}),
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [(chart) => this.#describe(chart.cursor.idx)] },
    };
    probe.remove();
    return new UPlot(options, /** @type {import("uplot").AlignedData} */ (this.#columns), this.#canvas);
  }

  /** @returns {[number, number]} */
  #range() {
    const [times] = this.#columns;
    const last = times.at(-1) ?? Date.now() / 1000;
    return [Math.max(last - this.#spanS, Math.min(times[0] ?? last, last - SPAN_MIN_S)), last];
  }

  /** @param {number | null | undefined} index the point under the cursor; none: the last one */
  #describe(index) {
    const [times, ...columns] = this.#columns;
    const at = index ?? times.length - 1;
    columns.forEach((column, i) => {
      const value = this.#values[i];
      if (value !== undefined) setText(value, this.#format(column[at]));
    });
    const time = index === null || index === undefined ? undefined : times[index];
    setText(this.#when, time === undefined ? "" : `at ${timeOfDay(time * 1000)}`);
  }
}
