/**
 * The text of a configuration file -> a `Conf`, or every fault in it at once.
 *
 *     text -> YAML (every scalar stays the text that was written) -> one pool -> each key by its row of the table
 *          -> the relations between values (check.ts) -> Conf
 *
 * A value that is refused does not hide the next one: the faults are collected and thrown together, in the order of their
 * lines. Nothing is done here but reading: no name is resolved, no file opened.
 */
import { parse as parseYaml } from "@std/yaml";
import { ConfError, type ConfFault, describeFault } from "../core/errors.ts";
import { checkConf } from "./check.ts";
import type { Option } from "./option.ts";
import { type Conf, type ConfField, findOption, optionRows } from "./schema.ts";
import { suggest } from "./suggest.ts";
import { Problem } from "./value_kinds.ts";
import { type OutlineKey, outlineYaml } from "./yaml_outline.ts";

/** A configuration and what its reader should know of it though it is no fault: keys without effect, for example. */
export interface ReadConf {
  readonly conf: Conf;
  /** Whole lines, `conf/dynomite.yml:12: mbuf_size: ...`. */
  readonly notices: readonly string[];
}

/** Where a key was written, with the text of its value (or of each of its items). */
export interface Written {
  readonly line: number;
  readonly items: readonly { readonly text: string; readonly line: number }[];
}

/** The values read so far, with the place of each that was written. Fields whose value was refused are missing. */
export type Values = { [F in keyof Conf]?: Conf[F] };
export type Places = ReadonlyMap<ConfField, Written>;

/** Configuration files are small: what is larger is something else. */
const lengthMax = 1024 * 1024;

/**
 * Reads the text of a configuration file. `source` is its name in faults and notices. `adjust` may change values that
 * were read, before their relations are checked: flags of the command line stand above the file.
 *
 * @throws {ConfError} with every fault that was found.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const { conf } = parseConf("dyn_o_mite:\n  listen: 127.0.0.1:8102\n  servers: [embedded]\n", "example.yml");
 * assertEquals(conf.timeoutMs, 5000);
 * ```
 */
export function parseConf(text: string, source: string, adjust?: (values: Values) => Values): ReadConf {
  return new ConfReader(source).read(text, adjust);
}

class ConfReader {
  readonly #source: string;
  readonly #faults: ConfFault[] = [];
  readonly #notices: ConfFault[] = [];
  readonly #places = new Map<ConfField, Written>();

  constructor(source: string) {
    this.#source = source;
  }

  read(text: string, adjust: (values: Values) => Values = (values) => values): ReadConf {
    const root = this.#parse(text);
    const outline = outlineYaml(text);
    const { name, entries } = this.#pool(root, outline);
    const values = adjust(this.#values(name, entries, outline));
    const relations = checkConf(values, this.#places);
    this.#faults.push(...relations.faults);
    this.#notices.push(...relations.notices);
    if (this.#faults.length > 0) this.#stop();
    const byLine = this.#notices.toSorted((a, b) => a.line - b.line);
    return {
      // Every row has put its field there, or a fault; the check leaves out the seeds that mean this node itself.
      conf: { ...values, dynSeeds: relations.dynSeeds } as Conf,
      // What stands there is told only of faults.
      notices: byLine.map((notice) => describeFault(this.#source, { ...notice, value: "" })),
    };
  }

  #fault(line: number, key: string, value: string, problem: string): void {
    this.#faults.push({ line, key, value, problem });
  }

  #stop(): never {
    throw new ConfError(this.#source, this.#faults.toSorted((a, b) => a.line - b.line));
  }

  #parse(text: string): unknown {
    if (text.length > lengthMax) {
      this.#fault(0, "", "", `is too large for a configuration; accepted are ${lengthMax} characters`);
      this.#stop();
    }
    try {
      // Keys that are written twice are found by the outline, with every other fault of the file.
      return parseYaml(text, { schema: "failsafe", allowDuplicateKeys: true });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      // The parser says `... at line 3, column 5:` and then draws the place.
      const place = / at line ([0-9]+), column [0-9]+/.exec(message);
      const reason = error instanceof RangeError
        ? "it is nested too deeply"
        : (place ? message.slice(0, place.index) : message.split("\n")[0]!);
      this.#fault(Number(place?.[1] ?? 0), "", "", `is not valid YAML: ${reason}`);
      this.#stop();
    }
  }

  /** The one pool of the file: its name and its keys. */
  #pool(root: unknown, outline: readonly OutlineKey[]): { name: string; entries: [string, unknown][] } {
    const accepted = "accepted is one pool, `dyn_o_mite:`, with the options indented below it";
    if (root === null || root === "") {
      this.#fault(0, "", "", `is empty; ${accepted}`);
      this.#stop();
    }
    if (!isMapping(root)) {
      this.#fault(1, "", "", `holds ${describeShape(root)} where a pool should be; ${accepted}`);
      this.#stop();
    }
    const tops = outline.filter((key) => key.path.length === 1);
    const names = tops.length > 0 ? tops.map((top) => top.path[0]!) : Object.keys(root);
    const lineOf = (index: number) => tops[index]?.line ?? 0;
    const name = names[0];
    if (name === undefined) {
      this.#fault(0, "", "", `is empty; ${accepted}`);
      this.#stop();
    }
    if (names.some((top) => findOption(top) !== undefined)) {
      this.#fault(lineOf(0), name, "", `stands at the top of the file; ${accepted}`);
      this.#stop();
    }
    for (let index = 1; index < names.length; index++) {
      this.#fault(lineOf(index), names[index]!, "", `is a second pool, after ${name}; one pool is accepted`);
    }
    const pool = Object.hasOwn(root, name) ? root[name] : undefined;
    if (!isMapping(pool)) {
      this.#fault(lineOf(0), name, "", `holds ${describeShape(pool)}; accepted are options, as \`key: value\``);
      this.#stop();
    }
    return { name, entries: Object.entries(pool) };
  }

  #values(pool: string, entries: [string, unknown][], outline: readonly OutlineKey[]): Values {
    const values: Record<string, unknown> = { poolName: pool };
    const lines = this.#keyLines(pool, outline);
    const refused = new Set<string>();
    for (const [key, value] of entries) {
      const outlined = lines.get(key);
      const line = outlined?.line ?? 0;
      const found = findOption(key);
      if (found === undefined) {
        this.#unknownKey(line, key, value);
        continue;
      }
      const [field, option] = found;
      const written = this.#written(option, line, outlined, value);
      const read = written && this.#readOption(option, written);
      if (written === undefined || read === undefined) {
        refused.add(field);
        continue;
      }
      if (option.notice !== undefined) this.#notices.push({ line, key, value: "", problem: option.notice });
      this.#places.set(field as ConfField, written);
      values[field] = read;
    }
    this.#applyRedis(values, refused);
    for (const [field, option] of optionRows) {
      if (field in values || refused.has(field) || option.notice !== undefined) continue;
      if (option.required) {
        this.#fault(0, option.key, "", `is missing; accepted is ${option.kind.accepted}`);
      } else {
        values[field] = option.default === undefined ? emptyOf(option) : option.kind.parse(option.default);
      }
    }
    return values;
  }

  /** The place of each key of the pool; a key that stands twice is a fault, and keeps the place the parser read. */
  #keyLines(pool: string, outline: readonly OutlineKey[]): Map<string, OutlineKey> {
    const places = new Map<string, OutlineKey>();
    for (const place of outline) {
      if (place.path.length !== 2 || place.path[0] !== pool) continue;
      const key = place.path[1]!;
      const earlier = places.get(key);
      if (earlier) {
        this.#fault(place.line, key, "", `was set in line ${earlier.line} already; each key is accepted once`);
      }
      places.set(key, place);
    }
    return places;
  }

  #unknownKey(line: number, key: string, value: unknown): void {
    const near = suggest(key, optionRows.map(([, option]) => option.key));
    const help = near === undefined ? "`dynomite --help` lists the keys" : `did you mean ${near}?`;
    // The value is not shown: under a misspelt name it may be a password.
    this.#fault(line, key, "", `is not a known key${isMapping(value) ? ", and holds a mapping" : ""}; ${help}`);
  }

  /** The scalar, or the items of the list, as text. */
  #written(
    option: Option<unknown>,
    line: number,
    outlined: OutlineKey | undefined,
    value: unknown,
  ): Written | undefined {
    const accepted = `accepted is ${option.kind.accepted}`;
    if (value === null || value === "") {
      this.#fault(line, option.key, "", `has no value; ${accepted}, or leave the key out`);
      return undefined;
    }
    const items = Array.isArray(value) ? value as unknown[] : [value];
    // Where the items of a nested value were walked too, their lines cannot be told apart: the key's line is near enough.
    const lines = outlined?.items.length === items.length ? outlined.items : [];
    const strange = items.findIndex((item) => typeof item !== "string");
    if (strange >= 0) {
      const shape = describeShape(items[strange]);
      this.#fault(lines[strange] ?? line, option.key, "", `holds ${shape}; ${accepted}`);
      return undefined;
    }
    if (option.shape === "one" && items.length !== 1) {
      this.#fault(line, option.key, "", `holds a list of ${items.length}; ${accepted}`);
      return undefined;
    }
    return { line, items: items.map((item, index) => ({ text: item as string, line: lines[index] ?? line })) };
  }

  /** The value of an option, or undefined after noting what is wrong with it. */
  #readOption(option: Option<unknown>, written: Written): unknown {
    const values: unknown[] = [];
    let good = true;
    for (const item of written.items) {
      const value = option.kind.parse(item.text);
      if (value instanceof Problem) {
        this.#fault(item.line, option.key, option.secret ? "" : item.text, value.text);
        good = false;
      } else if (option.shape === "joined") {
        const repeated = (value as unknown[]).find((part) => values.includes(part));
        if (repeated !== undefined) {
          this.#fault(item.line, option.key, String(repeated), "is there twice; each is accepted once");
          good = false;
        }
        values.push(...value as unknown[]);
      } else {
        values.push(value);
      }
    }
    if (option.shape === "joined" && values.length === 0 && good) {
      this.#fault(written.line, option.key, "", `holds no entry; accepted is ${option.kind.accepted}`);
      good = false;
    }
    if (option.shape === "single" && written.items.length !== 1) {
      const second = written.items[1];
      const problem = second
        ? `is entry 2 of ${written.items.length}; a node has one datastore, so one entry is accepted`
        : `holds no entry; accepted is ${option.kind.accepted}`;
      this.#fault(second?.line ?? written.line, option.key, second?.text ?? "", problem);
      good = false;
    }
    if (!good) return undefined;
    return option.shape === "one" || option.shape === "single" ? values[0] : values;
  }

  /** `redis: true` of 2014 is `data_store: 0` of today, unless that is written too, and then they must agree. */
  #applyRedis(values: Record<string, unknown>, refused: Set<string>): void {
    const redis = values.redis;
    delete values.redis;
    if (typeof redis !== "boolean" || refused.has("dataStore")) return;
    const meant = redis ? "redis" : "memcached";
    const place = this.#places.get("redis" as ConfField);
    if (values.dataStore !== undefined && values.dataStore !== meant) {
      this.#fault(place?.line ?? 0, "redis", String(redis), `contradicts data_store; accepted is one of the two keys`);
    }
    values.dataStore = meant;
  }
}

/** What an option without a value and without a default is. */
function emptyOf(option: Option<unknown>): unknown {
  return option.shape === "list" ? [] : undefined;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describeShape(value: unknown): string {
  if (value === null || value === undefined || value === "") return "nothing";
  if (Array.isArray(value)) return "a list";
  return isMapping(value) ? "a mapping" : `the text ${JSON.stringify(String(value).slice(0, 80))}`;
}
