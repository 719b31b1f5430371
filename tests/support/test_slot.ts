import { assert } from "@std/assert";
import { encode } from "../../core/bytes.ts";
import type { ReplyQueue, Slot } from "../../core/reply_queue.ts";

/** A slot whose answer the test gives, with `settle`. */
export class TestSlot implements Slot {
  ready = false;
  abandoned = false;
  #bytes = encode("");

  settle(queue: ReplyQueue, text: string): void {
    if (this.abandoned) return;
    const bytes = encode(text);
    if (queue.isFirst(this)) {
      queue.emit(bytes, 0, bytes.length);
      queue.advance();
      return;
    }
    this.#bytes = bytes;
    this.ready = true;
  }
  emitTo(queue: ReplyQueue): void {
    assert(this.ready, "asked for an answer it does not have");
    this.ready = false;
    queue.emit(this.#bytes, 0, this.#bytes.length);
  }
  abandon(): void {
    this.abandoned = true;
  }
}
