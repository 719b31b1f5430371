/**
 * The requests that took longest to answer, with the semantics of Redis' SLOWLOG
 * (https://redis.io/docs/latest/commands/slowlog/): bounded, newest kept, in memory alone. What is measured differs: not the
 * engine's time, but a client's request from when it was read to when its answer was written (or its client gone), with all
 * that lies between: queues, other nodes, the engine.
 */
import { decode } from "./bytes.ts";
import type { Clock } from "./clock.ts";

/** One slow request. */
export interface SlowEntry {
  /** Grows by one with each, for the life of the process. */
  readonly id: number;
  /** Seconds since 1970 at its end. */
  readonly timestamp: number;
  readonly durationUs: number;
  /** Its arguments, shortened and without secrets. */
  readonly args: readonly Uint8Array[];
  /** `host:port` of its client, and the name that client gave itself. */
  readonly client: string;
  readonly clientName: string;
}

/** The same as JSON has it; bytes that are not UTF-8 show as U+FFFD. */
export interface SlowEntryJson {
  readonly id: number;
  readonly timestamp: number;
  readonly duration_us: number;
  readonly command: readonly string[];
  readonly client: string;
  readonly client_name: string;
}

/** Memory for the texts of requests in flight, of all clients together (pending_requests.ts). */
const TEXT_BUDGET_BYTES = 16 * 1024 * 1024;

export interface SlowLogOptions {
  /** Microseconds from which a request is slow; 0 logs every one, -1 none. */
  readonly slowerThanUs: number;
  readonly lengthMax: number;
}

export class SlowLog {
  /** What a queue compares a duration with, microseconds; Infinity while nothing is logged. */
  thresholdUs = Infinity;
  /** Bytes that queues hold for texts, and how many they may. */
  textBytes = 0;
  readonly textBytesMax: number = TEXT_BUDGET_BYTES;
  readonly #clock: Clock;
  #slowerThanUs = -1;
  #lengthMax = 0;
  /** Oldest first from `#first` on. */
  #entries: SlowEntry[] = [];
  #first = 0;
  #nextId = 0;

  constructor(clock: Clock, { slowerThanUs, lengthMax }: SlowLogOptions) {
    this.#clock = clock;
    this.slowerThanUs = slowerThanUs;
    this.lengthMax = lengthMax;
  }

  /** Is anything logged, so that the text of a request may be needed? */
  get on(): boolean {
    return this.thresholdUs !== Infinity;
  }
  get slowerThanUs(): number {
    return this.#slowerThanUs;
  }
  set slowerThanUs(value: number) {
    this.#slowerThanUs = value;
    this.#decide();
  }
  get lengthMax(): number {
    return this.#lengthMax;
  }
  /** Fewer: takes effect with the next entry, as in Redis. */
  set lengthMax(value: number) {
    this.#lengthMax = value;
    this.#decide();
  }
  get length(): number {
    return this.#entries.length - this.#first;
  }

  /** Logs one request. `args` as `readText` gives them, secrets taken out. */
  add(durationUs: number, args: readonly Uint8Array[], client: string, clientName: string): void {
    const timestamp = Math.floor(this.#clock.wall() / 1000);
    this.#entries.push({ id: this.#nextId++, timestamp, durationUs: Math.round(durationUs), args, client, clientName });
    while (this.length > this.#lengthMax) this.#first++;
    if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** The newest `count` entries, newest first. */
  newest(count: number): SlowEntry[] {
    const least = Math.max(this.#first, this.#entries.length - count);
    return this.#entries.slice(least).reverse();
  }

  /** Everything, newest first, for the stats port. */
  list(): SlowEntryJson[] {
    return this.newest(this.length).map(({ id, timestamp, durationUs, args, client, clientName }) => ({
      id,
      timestamp,
      duration_us: durationUs,
      command: args.map((arg) => decode(arg)),
      client,
      client_name: clientName,
    }));
  }

  /** Forgets the entries. Their numbers go on. */
  reset(): void {
    this.#entries = [];
    this.#first = 0;
  }

  #decide(): void {
    this.thresholdUs = this.#slowerThanUs < 0 || this.#lengthMax === 0 ? Infinity : this.#slowerThanUs;
  }
}
