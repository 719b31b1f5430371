/**
 * Prometheus' text format, version 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/):
 *
 *     # HELP dynomite_peer_up Whether requests are sent to the peer.
 *     # TYPE dynomite_peer_up gauge
 *     dynomite_peer_up{peer="10.0.0.2:8101",rack="rack2",datacenter="dc1"} 1
 */
import type { Histogram } from "../histogram.ts";

export type Labels = Readonly<Record<string, string>>;
export type MetricType = "counter" | "gauge" | "histogram";

export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

export class MetricsText {
  readonly #lines: string[] = [];
  #name = "";
  /** The first lines of a family that has no sample yet: one that never has any is not written. */
  #head: readonly string[] = [];

  /** Begins a family: what is added from now on belongs to it. `help` is one sentence. */
  family(name: string, type: MetricType, help: string): this {
    this.#name = name;
    const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
    this.#head = [`# HELP ${name} ${escaped}`, `# TYPE ${name} ${type}`];
    return this;
  }

  add(value: number, labels: Labels = {}, suffix = ""): this {
    this.#lines.push(...this.#head);
    this.#head = [];
    this.#lines.push(`${this.#name}${suffix}${formatLabels(labels)} ${formatValue(value)}`);
    return this;
  }

  /** All that was ever recorded, as buckets that each hold those below; `bounds` and what they are times `scale` is recorded. */
  addHistogram(histogram: Histogram, bounds: readonly number[], scale: number, labels: Labels = {}): this {
    for (const bound of bounds) {
      const le = formatValue(bound);
      this.add(histogram.totalAtMost(Math.round(bound * scale)), { ...labels, le }, "_bucket");
    }
    this.add(histogram.totalCount, { ...labels, le: "+Inf" }, "_bucket");
    this.add(histogram.totalSum / scale, labels, "_sum");
    return this.add(histogram.totalCount, labels, "_count");
  }

  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
