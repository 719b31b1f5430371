/**
 * Bytes on their way out of one connection. Everything written during a turn is gathered and leaves in one write; while
 * that write is under way the next turn's bytes gather in a second buffer, and the two change places.
 *
 *     copy() byte() ...  -->  [ large chunks | filling ]  --flush-->  write(spare)  -->  socket
 *
 * Large runs are kept as chunks of their own: they would make the buffers grow by copying. One write at a time.
 */
import { ByteWriter } from "../bytes.ts";
import type { Connection } from "../transport.ts";
import type { Budget } from "./budget.ts";
import type { Flushable, Turn } from "./turn.ts";

/** A run of at least this many bytes becomes a chunk. */
const CHUNK_BYTES = 64 * 1024;
const NOTHING = new Uint8Array(0);

/** The owner is told what it cannot see: that bytes left, that the connection broke. Neither call may throw. */
export interface WriteOwner {
  /** All bytes have left. */
  onDrained(): void;
  /** Said once; the buffer has closed itself. */
  onWriteError(error: unknown): void;
}

export class WriteBuffer extends ByteWriter implements Flushable {
  /** Bytes that left since the start. */
  sentBytes = 0;
  readonly #connection: Connection;
  readonly #turn: Turn;
  readonly #budget: Budget;
  readonly #owner: WriteOwner;
  readonly #retainedBytes: number;
  #chunks: { readonly memory: Uint8Array<ArrayBuffer>; readonly length: number }[] = [];
  #chunkBytes = 0;
  #spare = NOTHING;
  #view: Uint8Array = NOTHING;
  #writingBytes = 0;
  #chargedBytes = 0;
  #marked = false;
  #writing = false;
  #closed = false;

  /** A buffer that grew above `retainedBytes` is charged to the budget and given back once it is empty. */
  constructor(connection: Connection, turn: Turn, budget: Budget, owner: WriteOwner, retainedBytes: number) {
    super();
    this.#retainedBytes = retainedBytes;
    this.#connection = connection;
    this.#turn = turn;
    this.#budget = budget;
    this.#owner = owner;
  }

  /** Bytes not yet taken by the socket. */
  get pendingBytes(): number {
    return this.#chunkBytes + this.length + this.#writingBytes;
  }
  /** Bytes of memory charged to the budget. */
  get heldBytes(): number {
    return this.#chargedBytes;
  }

  override copy(source: Uint8Array, start = 0, end: number = source.length): void {
    if (this.#closed) return;
    if (end - start < CHUNK_BYTES) return super.copy(source, start, end);
    this.#seal();
    const length = end - start;
    const memory = this.#budget.memory.borrow(length);
    memory.set(source.subarray(start, end));
    this.#add(memory, length);
  }

  override reserve(count: number): void {
    const before = this.bytes.length;
    super.reserve(count);
    const after = this.bytes.length;
    if (after === before || after <= this.#retainedBytes || this.#closed) return;
    const grown = after - (before > this.#retainedBytes ? before : 0);
    this.#chargedBytes += grown;
    this.#budget.charge(grown);
  }

  /** Sends what was written at the end of this turn. To be called after writing. */
  mark(): void {
    if (this.#marked || this.#closed) return;
    this.#marked = true;
    if (!this.#writing) this.#turn.mark(this);
  }

  flush(): void {
    if (this.#writing || this.#closed) return;
    this.#drain();
  }

  /** Forgets everything; nothing is written any more. */
  close(): void {
    this.#closed = true;
    this.#chunks = [];
    this.#chunkBytes = 0;
    this.#writingBytes = 0;
    this.length = 0;
    this.bytes = NOTHING;
    this.#spare = NOTHING;
    this.#view = NOTHING;
    this.#budget.release(this.#chargedBytes);
    this.#chargedBytes = 0;
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (!this.#closed && (this.length > 0 || this.#chunkBytes > 0)) {
        this.#marked = false;
        if (this.#chunks.length > 0) {
          const chunks = this.#chunks;
          this.#chunks = [];
          for (const { memory, length } of chunks) {
            if (this.#closed) break;
            this.#chunkBytes -= length;
            await this.#write(memory, 0, length);
            this.#discharge(memory.length);
            if (memory.length >= CHUNK_BYTES) this.#budget.memory.giveBack(memory);
          }
          continue;
        }
        const bytes = this.bytes;
        const length = this.length;
        this.bytes = this.#spare as Uint8Array<ArrayBuffer>;
        this.#spare = NOTHING;
        this.length = 0;
        this.#writingBytes = length;
        // A socket mostly takes all at once: that costs one promise, not two.
        const count = await this.#connection.write(this.#viewOf(bytes, length));
        this.#sent(count);
        if (count < length) await this.#write(bytes, count, length);
        if (bytes.length <= this.#retainedBytes) this.#keep(bytes);
        else {
          this.#view = NOTHING;
          this.#discharge(bytes.length);
        }
      }
    } catch (error) {
      if (this.#closed) return;
      this.close();
      this.#owner.onWriteError(error);
      return;
    } finally {
      this.#writing = false;
      this.#marked = false;
    }
    if (this.#closed) return;
    // What stood in front of a large run was copied: its buffer may be large too.
    if (this.bytes.length > this.#retainedBytes) {
      this.#discharge(this.bytes.length);
      this.bytes = NOTHING;
    }
    this.#owner.onDrained();
  }

  async #write(bytes: Uint8Array, at: number, length: number): Promise<void> {
    this.#writingBytes = length - at;
    while (at < length && !this.#closed) {
      const count = await this.#connection.write(bytes.subarray(at, length));
      this.#sent(count);
      at += count;
    }
  }

  #sent(count: number): void {
    if (this.#closed) return;
    this.#writingBytes -= count;
    this.sentBytes += count;
  }

  /** The buffer that was written serves again: at once, if nothing came meanwhile, so that a quiet connection has only one. */
  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#closed) return;
    if (this.length > 0 || this.bytes.length > this.#retainedBytes) {
      this.#spare = bytes;
      return;
    }
    this.#spare = this.bytes;
    this.bytes = bytes;
  }

  /** `bytes[0, length)`. Answers are often as long as the last one: then the view is too, and none is made. */
  #viewOf(bytes: Uint8Array, length: number): Uint8Array {
    if (length === bytes.length) return bytes;
    if (this.#view.length !== length || this.#view.buffer !== bytes.buffer) this.#view = bytes.subarray(0, length);
    return this.#view;
  }

  /** Makes what was written so far a chunk, so that a large run can follow it. */
  #seal(): void {
    if (this.length === 0) return;
    this.#add(this.bytes.slice(0, this.length), this.length);
    this.length = 0;
  }

  #add(memory: Uint8Array<ArrayBuffer>, length: number): void {
    this.#chunks.push({ memory, length });
    this.#chunkBytes += length;
    this.#chargedBytes += memory.length;
    this.#budget.charge(memory.length);
  }

  #discharge(bytes: number): void {
    if (this.#closed) return;
    this.#chargedBytes -= bytes;
    this.#budget.release(bytes);
  }
}
