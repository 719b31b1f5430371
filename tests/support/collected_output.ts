import { ByteWriter, decode } from "../../core/bytes.ts";
import type { Output } from "../../core/reply_queue.ts";

/** Output that stays where the test can read it. */
export class CollectedOutput extends ByteWriter implements Output {
  /** Times it was asked to send. */
  marks = 0;
  mark(): void {
    this.marks++;
  }
  /** Everything written so far. */
  get sent(): string {
    return decode(this.take());
  }
}
