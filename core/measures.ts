/** What one node measures: each with a window that `/info` shows and totals for a monitoring system (histogram.ts). */
import { Histogram } from "./histogram.ts";
import { FailureKind } from "./reply.ts";
import { HopStats } from "./hop_stats.ts";

/** What those who connect to this node see of it: clients, or other nodes. */
export class VisitorMeasures {
  /** Request read to answered, microseconds. */
  readonly latencyUs = new Histogram();
  /** Requests that one of them waits for: looked at after each read. */
  readonly outQueue = new Histogram();
  /** Bytes of write requests. */
  readonly writeBytes = new Histogram();

  /** Answers that say why there is none, by kind of failure. */
  readonly failures = new Float64Array(Object.keys(FailureKind).length);

  get failureCount(): number {
    return this.failures.reduce((sum, count) => sum + count, 0);
  }
  get histograms(): readonly Histogram[] {
    return [this.latencyUs, this.outQueue, this.writeBytes];
  }
}

export class Measures {
  readonly clients = new VisitorMeasures();
  readonly visitingPeers = new VisitorMeasures();
  /** On the way to the data store, to peers of this datacenter, to those of others. */
  readonly engine: HopStats;
  readonly peers = new HopStats();
  readonly remotePeers = new HopStats();
  /** How late a timer fires: the time that the event loop was busy with other things, microseconds. */
  readonly loopLagUs = new Histogram();

  /** `engine` is the data store's own. */
  constructor(engine: HopStats) {
    this.engine = engine;
  }

  /** New windows begin. */
  resetWindows(): void {
    for (const histogram of this.#all()) histogram.resetWindow();
  }

  /** Forgets everything. */
  clear(): void {
    for (const histogram of this.#all()) histogram.clear();
    this.clients.failures.fill(0);
    this.visitingPeers.failures.fill(0);
  }

  #all(): readonly Histogram[] {
    const parts = [this.clients, this.visitingPeers, this.engine, this.peers, this.remotePeers];
    return [...parts.flatMap(({ histograms }) => histograms), this.loopLagUs];
  }
}
