/**
 * The requests that took longest to answer, with the semantics of Redis' SLOWLOG
 * (https://redis.io/docs/latest/commands/slowlog/): bounded, newest kept, in memory alone. What is measured differs: not the
 * engine's time, but a client's request from when it was read to when its answer was written (or its client gone), with all
 * that lies between: queues, other nodes, the engine.
 *
 * Under a load that is too much for it every request of a node is slow. So an entry is a copy of a few bytes into the memory of
 * the one that it pushes out; words are made of it when somebody reads it, and secrets taken out of them.
 */
import { copyBytes, decode, encode } from "./bytes.ts";
import type { Clock } from "./clock.ts";
import type { Protocol } from "./protocol.ts";
import { readText } from "./request_text.ts";

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

/** The text of a request (request_text.ts), lent: `bytes[start, end)`. */
export interface LentText {
  readonly bytes: Uint8Array;
  /** Negative where it was not kept. */
  readonly start: number;
  readonly end: number;
  /** Arguments of the request. */
  readonly argCount: number;
}

/** An entry as it is kept. */
class Kept {
  id = 0;
  timestamp = 0;
  durationUs = 0;
  /** Row of the command. */
  row = 0;
  text = new Uint8Array(64);
  /** NO_TEXT where only the row is known. */
  argCount = 0;
  client = "";
  clientName = "";
}

const NO_TEXT = -1;
const notKept = encode("... (its arguments were not kept)");
const redacted = encode("(redacted)");

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
  readonly #protocol: Protocol;
  readonly #clock: Clock;
  #slowerThanUs = -1;
  #lengthMax = 0;
  /** Oldest first from `#first` on. */
  #entries: Kept[] = [];
  #first = 0;
  #nextId = 0;

  constructor(protocol: Protocol, clock: Clock, { slowerThanUs, lengthMax }: SlowLogOptions) {
    this.#protocol = protocol;
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

  /** Logs one request, of the command in this row. */
  add(durationUs: number, row: number, text: LentText, client: string, clientName: string): void {
    if (this.#lengthMax === 0) return;
    while (this.length > this.#lengthMax) this.#first++;
    const kept = this.length === this.#lengthMax ? this.#entries[this.#first++]! : new Kept();
    kept.id = this.#nextId++;
    kept.timestamp = Math.floor(this.#clock.wall() / 1000);
    kept.durationUs = Math.round(durationUs);
    kept.row = row;
    kept.client = client;
    kept.clientName = clientName;
    const { bytes, start, end } = text;
    kept.argCount = start < 0 ? NO_TEXT : text.argCount;
    if (start >= 0) {
      const length = end - start;
      if (length > kept.text.length) kept.text = new Uint8Array(length);
      copyBytes(bytes, start, end, kept.text, 0);
    }
    this.#entries.push(kept);
    if (this.#first > 64 && this.#first * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#first);
      this.#first = 0;
    }
  }

  /** The newest `count` entries, newest first. */
  newest(count: number): SlowEntry[] {
    const least = Math.max(this.#first, this.#entries.length - count);
    return this.#entries.slice(least).reverse().map((kept) => this.#read(kept));
  }

  #read({ id, timestamp, durationUs, row, text, argCount, client, clientName }: Kept): SlowEntry {
    const command = this.#protocol.commands[row]!;
    if (argCount === NO_TEXT) {
      return { id, timestamp, durationUs, args: [encode(command.name), notKept], client, clientName };
    }
    const args = readText(text, 0, argCount);
    for (const secret of this.#protocol.secretArgs?.(command, args) ?? []) args[secret] = redacted;
    return { id, timestamp, durationUs, args, client, clientName };
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
