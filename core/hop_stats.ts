/**
 * How one hop of the way does: the data store, the peers of the own datacenter, or those of other ones. All links of a hop
 * record here; a request on its way to a node is first in the in-queue, gathered with others, then in the out-queue, sent:
 *
 *     send() --- in-queue: queueWaitUs ---> socket --- out-queue: latencyUs ---> reply
 *
 * Times are microseconds. Queue lengths are looked at whenever a batch of requests leaves: the in-queue as it was before, the
 * out-queue as it is then.
 */
import { Histogram } from "./histogram.ts";

export class HopStats {
  /** Sent to answered. */
  readonly latencyUs = new Histogram();
  /** Given to the link to sent. */
  readonly queueWaitUs = new Histogram();
  /** Requests of one link. */
  readonly inQueue = new Histogram();
  readonly outQueue = new Histogram();

  get histograms(): readonly Histogram[] {
    return [this.latencyUs, this.queueWaitUs, this.inQueue, this.outQueue];
  }
}
