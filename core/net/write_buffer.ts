/**
 * Bytes on their way out of one connection. Everything written during a turn is gathered and leaves in one write; while
 * that write is under way the next turn's bytes gather in a second buffer. What is more than small is borrowed for as long as it
 * holds something.
 *
 *     copy() byte() ...  -->  [ large chunks | filling ]  --flush-->  write  -->  socket
 *
 * Large runs are kept as chunks of their own: they would make the buffers grow by copying. One write at a time.
 */
import { ByteWriter } from "../bytes.ts";
import type { Connection } from "../transport.ts";
import type { Budget } from "./budget.ts";
import type { Flushable, Turn } from "./turn.ts";

/** A run of at least this many bytes becomes a chunk. */
const CHUNK_BYTES = 64 * 1024;
/** The buffer that a connection keeps for its next turn, and what it borrows first when that is too small. */
const KEPT_BYTES = 4 * 1024;
const FIRST_BYTES = 16 * 1024;
const NOTHING = new Uint8Array(0);

/** The owner is told what it cannot see: that bytes left, that the connection broke. No call may throw. */
export interface WriteOwner {
  /** The socket took `count` more. */
  onSent(count: number): void;
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
  readonly #freeBytes: number;
  readonly #keptBytes: number;
  #chunks: { readonly memory: Uint8Array<ArrayBuffer>; readonly length: number }[] = [];
  #chunkBytes = 0;
  #spare = NOTHING;
  #view: Uint8Array = NOTHING;
  /** What is being written: where the rest of it begins and how long that is, and whether it is a chunk. */
  #piece: Uint8Array<ArrayBuffer> = NOTHING;
  #pieceAt = 0;
  #writingBytes = 0;
  #isChunk = false;
  #chargedBytes = 0;
  #marked = false;
  #writing = false;
  #closed = false;

  /** Large runs, and a buffer that grew above `freeBytes`, are charged to the budget. */
  constructor(connection: Connection, turn: Turn, budget: Budget, owner: WriteOwner, freeBytes: number) {
    super();
    this.#freeBytes = freeBytes;
    this.#keptBytes = Math.min(KEPT_BYTES, freeBytes);
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
    if (this.#closed) {
      this.length = 0;
      return super.reserve(count);
    }
    const needed = this.length + count;
    const before = this.bytes;
    if (needed <= before.length) return;
    const { memory } = this.#budget;
    const least = before.length === 0 ? KEPT_BYTES : FIRST_BYTES;
    const grown = memory.borrow(Math.max(needed, before.length * 2, Math.min(least, this.#freeBytes)));
    grown.set(before.subarray(0, this.length));
    this.bytes = grown;
    this.#charge(this.#chargeOf(grown) - this.#chargeOf(before));
    if (before.length === 0) return;
    if (before.length <= this.#keptBytes && this.#spare.length === 0) this.#spare = before;
    else memory.giveBack(before);
  }

  /** Sends what was written at the end of this turn. To be called after writing. */
  mark(): void {
    if (this.#marked || this.#closed) return;
    this.#marked = true;
    if (!this.#writing) this.#turn.mark(this);
  }

  flush(): void {
    if (this.#writing || this.#closed) return;
    this.#writing = true;
    this.#next();
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
    this.#piece = NOTHING;
    this.#view = NOTHING;
    this.#budget.release(this.#chargedBytes);
    this.#chargedBytes = 0;
  }

  /** Writes the oldest chunk, else what was gathered; when there is neither, all bytes have left. */
  #next(): void {
    this.#marked = false;
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#chunkBytes -= chunk.length;
      return this.#write(chunk.memory, chunk.length, true);
    }
    const { bytes, length } = this;
    if (length > 0) {
      this.bytes = this.#spare as Uint8Array<ArrayBuffer>;
      this.#spare = NOTHING;
      this.length = 0;
      return this.#write(bytes, length, false);
    }
    this.#writing = false;
    this.#owner.onDrained();
  }

  #write(piece: Uint8Array<ArrayBuffer>, length: number, isChunk: boolean): void {
    this.#piece = piece;
    this.#pieceAt = 0;
    this.#writingBytes = length;
    this.#isChunk = isChunk;
    this.#connection.write(this.#viewOf(piece, length)).then(this.#onWritten, this.#onError);
  }

  /** A socket mostly takes all at once. These are made once: a function for each write would be many. */
  readonly #onWritten = (count: number): void => {
    if (this.#closed) return;
    this.#writingBytes -= count;
    this.sentBytes += count;
    this.#owner.onSent(count);
    // The owner may have closed it.
    if (this.#closed) return;
    const piece = this.#piece;
    if (this.#writingBytes > 0) {
      const at = this.#pieceAt += count;
      const rest = piece.subarray(at, at + this.#writingBytes);
      this.#connection.write(rest).then(this.#onWritten, this.#onError);
      return;
    }
    this.#piece = NOTHING;
    this.#discharge(this.#isChunk ? piece.length : this.#chargeOf(piece));
    if (!this.#isChunk && piece.length <= this.#keptBytes) this.#keep(piece);
    else {
      this.#view = NOTHING;
      this.#budget.memory.giveBack(piece);
    }
    this.#next();
  };

  readonly #onError = (error: unknown): void => {
    this.#writing = false;
    if (this.#closed) return;
    this.close();
    this.#owner.onWriteError(error);
  };

  /** The buffer that was written serves again: at once, if nothing came meanwhile, so that a quiet connection has only one. */
  #keep(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.length > 0 || this.bytes.length > this.#keptBytes) {
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
    const { bytes, length } = this;
    this.#charge(-this.#chargeOf(bytes));
    this.bytes = NOTHING;
    this.#view = NOTHING;
    this.length = 0;
    this.#add(bytes, length);
  }

  #add(memory: Uint8Array<ArrayBuffer>, length: number): void {
    this.#chunks.push({ memory, length });
    this.#chunkBytes += length;
    this.#charge(memory.length);
  }

  /** What a buffer of gathered bytes costs. */
  #chargeOf(buffer: Uint8Array): number {
    return buffer.length > this.#freeBytes ? buffer.length : 0;
  }
  #charge(bytes: number): void {
    this.#chargedBytes += bytes;
    this.#budget.charge(bytes);
  }
  #discharge(bytes: number): void {
    this.#chargedBytes -= bytes;
    this.#budget.release(bytes);
  }
}
