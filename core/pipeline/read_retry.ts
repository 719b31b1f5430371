/**
 * A read that asked one replica keeps a copy of itself, so that where that replica is lost with the read on it the next one
 * can be asked. Reading twice harms nobody; writes are not repeated, they went to every replica anyway.
 */
import { ByteWriter } from "../bytes.ts";
import { Kinds } from "../node_state.ts";
import type { Pool } from "../pool.ts";
import type { Retry } from "../replication/response_coordinator.ts";
import { firstUp } from "../replication/replica_plan.ts";
import type { Replica } from "../replica.ts";
import type { ReplySink } from "../reply.ts";
import { Request } from "../request.ts";
import type { Stats } from "../stats.ts";

/** A copy above this is not kept for the next read. */
const KEPT_BYTES_MAX = 4 * 1024;
const NO_CANDIDATES: readonly number[] = [];
const NO_REPLICAS: readonly Replica[] = [];

export class ReadRetry implements Retry {
  readonly #pool: Pool<ReadRetry>;
  readonly #stats: Stats;
  readonly #memory = new ByteWriter();
  #request: Request | undefined;
  #candidates: readonly number[] = NO_CANDIDATES;
  #replicas: readonly Replica[] = NO_REPLICAS;
  /** The candidate that was asked last. */
  #at = 0;

  constructor(pool: Pool<ReadRetry>, stats: Stats) {
    this.#pool = pool;
    this.#stats = stats;
  }

  /** For a request that is sent to `candidates[at]` now; those behind it are what is left. */
  begin(request: Request, candidates: readonly number[], at: number, replicas: readonly Replica[]): void {
    this.#request ??= new Request(request.command);
    this.#request.copyFrom(request, this.#memory);
    this.#candidates = candidates;
    this.#replicas = replicas;
    this.#at = at;
  }

  next(sink: ReplySink): boolean {
    const at = firstUp(this.#candidates, this.#replicas, Kinds.Reads, this.#at + 1);
    if (at <= this.#at) return false;
    this.#at = at;
    this.#stats.retried_reads++;
    this.#replicas[this.#candidates[at]!]!.send(this.#request!, sink, 0);
    return true;
  }

  drop(): void {
    this.#candidates = NO_CANDIDATES;
    this.#replicas = NO_REPLICAS;
    if (this.#memory.bytes.length > KEPT_BYTES_MAX) this.#request!.bytes = this.#memory.bytes = new Uint8Array(0);
    this.#pool.give(this);
  }
}
