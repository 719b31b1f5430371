/** Who waits for one reply of one replica, and what else may be asked where that replica fails. */
import type { Failure, ReplySink } from "./reply.ts";

/** The number of no retry: the replica that is asked is the only one. */
export const NO_RETRY = -1;

export interface SoleSink extends ReplySink {
  /** One reply will come, in this form: to the target returned. The sink drops the retry when it is answered. */
  beginSingle(dialect: number, retry: number): number;
}

/** Requests that can be sent to another replica, by number. */
export interface Retries {
  /** Its replica failed, for this reason: sends it to the next one, which answers `sink`. False when there is none left. */
  next(retry: number, failure: Failure, sink: ReplySink, target: number): boolean;
  /** All its replicas failed, the last one for this reason. */
  explain(retry: number, failure: Failure): Failure;
  /** It will not be needed any more. */
  drop(retry: number): void;
}
