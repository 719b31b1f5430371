/**
 * Writes that wait for their node to resume, oldest first: copies of the requests, bounded in number and in bytes. What a copy
 * costs beside its bytes is counted too, so that the bound is one of memory.
 */
import type { ReplySink } from "../reply.ts";
import type { Command } from "../request.ts";
import { Request } from "../request.ts";

export interface HeldLimits {
  readonly count: number;
  readonly bytes: number;
}

/** One write. `sink` is undefined when whoever asked was told that it is put off. */
export interface HeldWrite {
  readonly command: Command;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
  readonly keyArg: number;
  readonly cutStart: number;
  readonly cutEnd: number;
  readonly dialect: number;
  /** Of a sink: it waits however long the write is put off. */
  readonly waits: boolean;
  sink: ReplySink | undefined;
  readonly target: number;
}

/** Memory of one copy beside the bytes of its request and offsets. */
const COPY_BYTES = 400;
/** Places of writes that left are given back in bulk. */
const COMPACT_AT = 4096;

export class HeldWrites implements Iterable<HeldWrite> {
  bytes = 0;
  readonly #limits: HeldLimits;
  #writes: (HeldWrite | undefined)[] = [];
  #head = 0;

  constructor(limits: HeldLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#writes.length - this.#head;
  }
  /** The oldest. */
  get first(): HeldWrite | undefined {
    return this.#writes[this.#head];
  }

  /** Keeps a copy; false when there is no room for it. */
  push(request: Request, sink: ReplySink | undefined, target: number): boolean {
    const size = request.end - request.start;
    const cost = costOf(size, 2 * request.argCount);
    if (this.count >= this.#limits.count || this.bytes + cost > this.#limits.bytes) return false;
    this.bytes += cost;
    const { command, keyArg, cutStart, cutEnd, dialect, waits } = request;
    const bytes = request.bytes.slice(request.start, request.end);
    const offsets = request.offsets.slice(0, 2 * request.argCount);
    this.#writes.push({ command, bytes, offsets, keyArg, cutStart, cutEnd, dialect, waits, sink, target });
    return true;
  }

  /** Takes the oldest away. */
  shift(): void {
    const { bytes, offsets } = this.first!;
    this.bytes -= costOf(bytes.length, offsets.length);
    this.#writes[this.#head++] = undefined;
    if (this.#head === this.#writes.length) {
      this.#writes = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT && this.#head * 2 >= this.#writes.length) {
      this.#writes = this.#writes.slice(this.#head);
      this.#head = 0;
    }
  }

  *[Symbol.iterator](): Iterator<HeldWrite> {
    for (let i = this.#head; i < this.#writes.length; i++) yield this.#writes[i]!;
  }
}

/** Fills `request` with what was held. */
export function refill(request: Request, held: HeldWrite): void {
  const { command, bytes, offsets, keyArg, cutStart, cutEnd, dialect } = held;
  request.command = command;
  request.bytes = bytes;
  request.start = 0;
  request.end = bytes.length;
  request.argCount = offsets.length / 2;
  request.offsets = offsets as Int32Array<ArrayBuffer>;
  request.keyArg = keyArg;
  request.cutStart = cutStart;
  request.cutEnd = cutEnd;
  request.dialect = dialect;
}

function costOf(bytes: number, offsets: number): number {
  return bytes + 4 * offsets + COPY_BYTES;
}
