/** A client of a simulated cluster that pipelines, and checks every reply against what it was sent for. */
import type { Expected } from "./cluster_commands.ts";
import { show, type SimClient } from "./sim_cluster.ts";

/** A client, what it waits for, and what it has sent. */
export class Worker {
  readonly waiting: { readonly expected: Expected; readonly sentAt: number }[] = [];
  answered = 0;
  slowestMs = 0;

  constructor(readonly node: number, readonly client: SimClient, readonly clock: { now(): number }) {}

  send(batch: readonly Expected[]): void {
    this.client.send(batch.map(({ args }) => args));
    for (const expected of batch) this.waiting.push({ expected, sentAt: this.clock.now() });
  }

  /** Checks what has come. */
  take(): void {
    for (const reply of this.client.arrived.splice(0)) {
      const arrivedAt = this.client.arrivedAt.shift()!;
      const asked = this.waiting.shift();
      const text = show(reply);
      if (asked === undefined) throw new Error(`node ${this.node}: a reply too many: ${text}`);
      const { expected: { args, wanted, isRight }, sentAt } = asked;
      this.slowestMs = Math.max(this.slowestMs, arrivedAt - sentAt);
      this.answered++;
      if (!isRight(text)) {
        throw new Error(`node ${this.node}, reply ${this.answered}: ${args.join(" ")} -> ${text}, not ${wanted}`);
      }
    }
  }
}
