/**
 * The keys that clients ask this node for most, from a sample: one request in so many is looked at, at random distances so that
 * nothing periodic hides, and its keys are counted (frequent_items.ts). A request that is not looked at costs one subtraction
 * and one comparison.
 *
 * Time slides over two tables: the one that fills, and that of the last whole window, which counts for as much of it as is less
 * than a window ago.
 *
 *     |---- before ----|-- now --|        seen at 40 % of the window:
 *            |##### window ######|        60 % of before + all of now
 */
import { decode } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import { FrequentItems } from "./frequent_items.ts";
import type { Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import { Access, KeyList, type Request, Routing } from "./request.ts";

const WINDOW_MS = 60_000;
/** Keys that are counted; each with more than 1 in so many of the sample is found. */
const KEYS_MAX = 512;
/** Keys that are shown. */
const SHOWN_MAX = 100;
/** A longer key is kept up to here, and taken for the same as one of its length that begins like it. */
const KEY_BYTES_MAX = 256;
/** Of a request with more keys so many are counted, from a random one on. */
const KEYS_PER_REQUEST_MAX = 64;
/** While nothing is sampled the countdown begins anew this often. */
const NEVER = 2 ** 30;
/** Stands between the first bytes of a long key and its length, in its name. No byte has this number. */
const LONG = "\u0100";

/** One key of `/hotkeys`. */
export interface HotKey {
  /** As text; the first bytes of a very long one. */
  readonly key: string;
  /** Set where those bytes are no UTF-8: `key` is in base64 then. */
  readonly encoding?: "base64";
  /** How many of the requests that were looked at touched it. */
  readonly share_percent: number;
  /** Requests per second that touched it, estimated from the sample. */
  readonly per_second: number;
  /** How many of those read. */
  readonly read_percent: number;
}

/** The body of `/hotkeys`. */
export interface HotKeysJson {
  /** Requests with keys that were looked at. */
  readonly sampled_requests: number;
  /** The time it tells of. */
  readonly window_seconds: number;
  readonly keys: readonly HotKey[];
}

export interface HotKeysOptions {
  /** One request in so many is looked at; 0: none. */
  readonly sampleEvery: number;
}

/** What was counted in one window. */
class Tally {
  readonly keys = new FrequentItems(KEYS_MAX);
  requests = 0;
}

export class HotKeys {
  /** Requests until the next one that is looked at: whoever takes it to 0 calls `sample`. */
  left = NEVER;
  readonly #protocol: Protocol;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #list = new KeyList();
  #sampleEvery: number;
  #now = new Tally();
  /** Undefined in the first window. */
  #before: Tally | undefined;
  /** Monotonic ms at which the window that fills began. */
  #since: number;

  constructor(protocol: Protocol, clock: Clock, random: Random, { sampleEvery }: HotKeysOptions) {
    this.#protocol = protocol;
    this.#clock = clock;
    this.#random = random;
    this.#sampleEvery = sampleEvery;
    this.#since = clock.now();
    this.#wait();
  }

  get sampleEvery(): number {
    return this.#sampleEvery;
  }
  /** Begins anew: what was counted at another rate cannot be added. */
  set sampleEvery(value: number) {
    this.#sampleEvery = value;
    this.#now = new Tally();
    this.#before = undefined;
    this.#since = this.#clock.now();
    this.#wait();
  }

  /** Looks at one request, whose turn it is. */
  sample(request: Request): void {
    this.#wait();
    if (this.#sampleEvery === 0) return;
    this.#slide();
    const keys = this.#findKeys(request);
    if (keys.count === 0) return;
    const tally = this.#now;
    tally.requests++;
    const reads = request.command.access === Access.Read;
    const count = Math.min(keys.count, KEYS_PER_REQUEST_MAX);
    const first = count < keys.count ? this.#random.below(keys.count) : 0;
    for (let i = 0; i < count; i++) {
      const arg = keys.args[(first + i) % keys.count]!;
      tally.keys.add(nameOf(request, arg), reads);
    }
  }

  /** The hottest keys of the last minute, hottest first. */
  list(): HotKeysJson {
    this.#slide();
    const elapsedMs = this.#clock.now() - this.#since;
    const weight = 1 - elapsedMs / WINDOW_MS;
    const windowSeconds = (this.#before === undefined ? elapsedMs : WINDOW_MS) / 1000;
    const requests = this.#now.requests + weight * (this.#before?.requests ?? 0);
    const sums = new Map<string, { count: number; seen: number; marked: number }>();
    for (const [tally, factor] of [[this.#before, weight], [this.#now, 1]] as const) {
      for (const [name, { count, seen, marked }] of tally?.keys.items ?? []) {
        const sum = sums.get(name) ?? { count: 0, seen: 0, marked: 0 };
        sum.count += count * factor;
        sum.seen += seen * factor;
        sum.marked += marked * factor;
        sums.set(name, sum);
      }
    }
    const hottest = [...sums].filter(([, { count }]) => count > 0).sort(([, a], [, b]) => b.count - a.count);
    return {
      sampled_requests: Math.round(requests),
      window_seconds: Math.round(windowSeconds),
      keys: hottest.slice(0, SHOWN_MAX).map(([name, { count, seen, marked }]) => ({
        ...textOf(name),
        share_percent: rounded(100 * count / requests),
        per_second: windowSeconds > 0 ? rounded(count * this.#sampleEvery / windowSeconds) : 0,
        read_percent: rounded(100 * marked / seen),
      })),
    };
  }

  /** Draws the distance to the next request that is looked at: `sampleEvery` on average. */
  #wait(): void {
    this.left = this.#sampleEvery === 0 ? NEVER : 1 + this.#random.below(2 * this.#sampleEvery - 1);
  }

  /** A window that is over becomes the one before; one that is older is forgotten. */
  #slide(): void {
    const windows = Math.floor((this.#clock.now() - this.#since) / WINDOW_MS);
    if (windows === 0) return;
    this.#before = windows === 1 ? this.#now : new Tally();
    this.#now = new Tally();
    this.#since += windows * WINDOW_MS;
  }

  #findKeys(request: Request): KeyList {
    const keys = this.#list;
    keys.clear();
    if (request.command.routing === Routing.Owner) keys.add(request.keyArg);
    else if (request.command.routing === Routing.SameOwner || request.command.routing === Routing.Split) {
      this.#protocol.findKeys(request, keys);
    }
    return keys;
  }
}

/** The bytes of a key, one letter each, with what tells it from others of the same beginning. */
function nameOf(request: Request, arg: number): string {
  const [start, end] = [request.argStart(arg), request.argEnd(arg)];
  const shown = String.fromCharCode(...request.bytes.subarray(start, Math.min(end, start + KEY_BYTES_MAX)));
  return end - start > KEY_BYTES_MAX ? `${shown}${LONG}${end - start}` : shown;
}

function textOf(name: string): Pick<HotKey, "key" | "encoding"> {
  const [shown = ""] = name.split(LONG);
  const bytes = Uint8Array.from(shown, (letter) => letter.charCodeAt(0));
  const key = decode(bytes);
  return key.includes("\ufffd") ? { key: btoa(shown), encoding: "base64" } : { key };
}

/** Two digits behind the point. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
