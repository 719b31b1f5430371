import { EarlyAnswer } from "../../core/early_answer.ts";
import { VisitorMeasures } from "../../core/measures.ts";
import { KeptReads } from "../../core/pipeline/kept_reads.ts";
import { Pool } from "../../core/pool.ts";
import type { Protocol } from "../../core/protocol.ts";
import type { ReplyQueueParts } from "../../core/reply_queue.ts";
import { Stats } from "../../core/stats.ts";

/** What the queues of a node share that a test made of parts. */
export function queueParts(protocol: Protocol, parts: Partial<ReplyQueueParts> = {}): ReplyQueueParts {
  const early: Pool<EarlyAnswer> = new Pool(() => new EarlyAnswer(early), 8);
  const retries = new KeptReads(protocol, new Stats());
  return { protocol, measures: new VisitorMeasures(), time: { now: 0 }, early, retries, ...parts };
}
