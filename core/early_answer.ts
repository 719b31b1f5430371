/** An answer that came before those of older requests of the same client, kept until they are out. Pooled. */
import { ByteWriter } from "./bytes.ts";
import type { Pool } from "./pool.ts";
import type { ReplyQueue, Slot } from "./reply_queue.ts";

/** Memory above this is given back. */
const KEPT_BYTES_MAX = 16 * 1024;

export class EarlyAnswer implements Slot {
  readonly ready = true;
  readonly #pool: Pool<EarlyAnswer>;
  readonly #bytes = new ByteWriter();

  constructor(pool: Pool<EarlyAnswer>) {
    this.#pool = pool;
  }

  /** Keeps a copy of `bytes[start, end)`. */
  hold(bytes: Uint8Array, start: number, end: number): this {
    this.#bytes.copy(bytes, start, end);
    return this;
  }

  emitTo(queue: ReplyQueue): void {
    queue.emit(this.#bytes.bytes, 0, this.#bytes.length);
    this.abandon();
  }

  abandon(): void {
    this.#bytes.clear();
    if (this.#bytes.bytes.length > KEPT_BYTES_MAX) this.#bytes.bytes = new Uint8Array(0);
    this.#pool.give(this);
  }
}
