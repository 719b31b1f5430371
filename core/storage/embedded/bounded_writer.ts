/** A buffer for replies that no single one may fill: a request of a few bytes can ask for any number of large values. */
import { ByteWriter } from "../../bytes.ts";

/** The reply in progress would be larger than allowed. */
export class ReplyTooLarge extends Error {
  constructor(mostBytes: number) {
    super(`The reply would have more than ${mostBytes} bytes, which is what buffer_budget allows`);
  }
}

export class BoundedWriter extends ByteWriter {
  readonly #mostBytes: number;
  #start = 0;

  /** `mostBytes` for one reply. */
  constructor(capacity: number, mostBytes: number) {
    super(capacity);
    this.#mostBytes = mostBytes;
  }

  /** The next reply begins here. */
  begin(): void {
    this.#start = this.length;
  }

  /** Throws `ReplyTooLarge`. */
  override reserve(count: number): void {
    if (this.length + count - this.#start > this.#mostBytes) throw new ReplyTooLarge(this.#mostBytes);
    super.reserve(count);
  }
}
