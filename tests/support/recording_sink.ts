import { decode } from "../../core/bytes.ts";
import type { Failure, Reply, ReplySink } from "../../core/reply.ts";

/** Writes down what it is told: `3: text` for a reply to target 3, `3! Storage: ...` for a failure. */
export class RecordingSink implements ReplySink {
  readonly calls: string[] = [];
  readonly failures: Failure[] = [];

  onReply(target: number, reply: Reply): boolean {
    this.calls.push(`${target}: ${decode(reply.bytes, reply.start, reply.end).trimEnd()}`);
    return true;
  }
  onFailure(target: number, failure: Failure): void {
    this.failures.push(failure);
    this.calls.push(`${target}! ${failure}`);
  }
}
