/**
 * Reads Prometheus' text format as strictly as `promtool check metrics`: throws for whatever a server would refuse, and for names
 * and units that its rules advise against.
 */
import { assert, assertEquals } from "@std/assert";

export interface Sample {
  /** With the suffix of a histogram's sample. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
/** Units that have a base unit in their place. */
const WRONG_UNIT = /_(milliseconds|microseconds|ms|us|usec|msec|minutes|kb|kilobytes|megabytes|percent)(_|$)/;

/** Families by name. */
export function parseMetrics(text: string): Map<string, Family> {
  assert(text.endsWith("\n"), "the last line has an end");
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  let current: Family | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name, rest] = comment;
      assert(NAME.test(name!), line);
      if (what === "HELP") {
        assert(help === undefined && !families.has(name!), `${name} has one HELP, before its TYPE`);
        help = { name: name!, text: rest! };
        continue;
      }
      assertEquals(help?.name, name, `${name} has its HELP first`);
      assert(["counter", "gauge", "histogram"].includes(rest!), line);
      families.set(name!, current = { name: name!, type: rest!, help: help!.text, samples: [] });
      help = undefined;
      continue;
    }
    const sample = parseSample(line);
    assert(current !== undefined && isOf(sample.name, current), `${sample.name} stands with its family: ${line}`);
    const id = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    assert(!series.has(id), `twice: ${line}`);
    series.add(id);
    current.samples.push(sample);
  }
  assertEquals(help, undefined, "a HELP without a TYPE");
  for (const family of families.values()) checkFamily(family);
  return families;
}

function parseSample(line: string): Sample {
  const match = SAMPLE.exec(line);
  assert(match !== null, `no sample: ${line}`);
  const labels: Record<string, string> = {};
  for (let rest = match[2] ?? ""; rest !== "";) {
    const label = LABEL.exec(rest);
    assert(label !== null, `no label: ${rest} in ${line}`);
    assert(!Object.hasOwn(labels, label[1]!), `label ${label[1]} twice: ${line}`);
    labels[label[1]!] = label[2]!.replaceAll(/\\(.)/g, (_, escaped) => escaped === "n" ? "\n" : escaped);
    rest = rest.slice(label[0].length);
  }
  return { name: match[1]!, labels, value: parseValue(match[3]!) };
}

function parseValue(text: string): number {
  if (text === "+Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  if (text === "NaN") return NaN;
  assert(/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text), `no number: ${text}`);
  return Number(text);
}

function isOf(name: string, { name: family, type }: Family): boolean {
  if (type !== "histogram") return name === family;
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
}

function checkFamily(family: Family): void {
  const { name, type, help, samples } = family;
  assert(help.length > 5, `${name} has a help text`);
  assert(samples.length > 0, `${name} has no sample`);
  assertEquals(name.endsWith("_total"), type === "counter", `${name}: counters end in _total, nothing else does`);
  assert(!/_(bucket|sum|count)$/.test(name), `${name} has a suffix of a histogram's samples`);
  assert(!WRONG_UNIT.test(name), `${name}: seconds, bytes, ratio`);
  if (type === "counter") { for (const { value } of samples) assert(value >= 0, `${name} ${value}`); }
  if (type === "histogram") checkHistogram(family);
}

/** Every series of a histogram: buckets that rise to +Inf, which holds all. */
function checkHistogram({ name, samples }: Family): void {
  const byLabels = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    byLabels.set(key, [...byLabels.get(key) ?? [], sample]);
  }
  for (const [labels, own] of byLabels) {
    const what = `${name} ${labels}`;
    const buckets = own.filter((sample) => sample.name === `${name}_bucket`);
    const only = (suffix: string) => {
      const found = own.filter((sample) => sample.name === `${name}${suffix}`);
      assertEquals(found.length, 1, `${what} has one ${suffix}`);
      return found[0]!.value;
    };
    const bounds = buckets.map((sample) => parseValue(sample.labels.le ?? ""));
    for (let i = 1; i < buckets.length; i++) {
      assert(bounds[i]! > bounds[i - 1]!, `${what}: bounds rise`);
      assert(buckets[i]!.value >= buckets[i - 1]!.value, `${what}: buckets hold those below`);
    }
    assertEquals(bounds.at(-1), Infinity, `${what} ends with +Inf`);
    assertEquals(buckets.at(-1)!.value, only("_count"), `${what}: +Inf holds all`);
    assert(only("_sum") >= 0, what);
  }
}

/** The value of one series; undefined when there is none. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
  const wanted = Object.entries(labels);
  return family?.samples.find((sample) =>
    sample.name === name && wanted.length === Object.keys(sample.labels).length &&
    wanted.every(([label, value]) => sample.labels[label] === value)
  )?.value;
}
