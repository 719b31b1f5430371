/**
 * Copies of reads in flight, so that where a replica is lost with a read on it the next one can be asked. Reading twice harms
 * nobody; writes are not repeated, they went to every replica anyway.
 *
 *     records   [ asked, affinity, dialect, length | the request, up to 112 bytes ] [ ... ] [ ... ]
 *
 * There are thousands of them and hardly one is ever looked at again, so each is a few lines of one array: an object would cost
 * every read several misses of the cache. A copy is parsed once more when it is needed.
 */
import { assert } from "../assert.ts";
import { copyBytes } from "../bytes.ts";
import { Kinds } from "../node_state.ts";
import type { Protocol, RequestParser } from "../protocol.ts";
import { firstUp } from "../replication/replica_plan.ts";
import type { Replica } from "../replica.ts";
import { alsoFailed, type Failure, type ReplySink } from "../reply.ts";
import { type Request, Scope } from "../request.ts";
import { NO_RETRY, type Retries } from "../retries.ts";
import type { Stats } from "../stats.ts";

const RECORD_BYTES = 128;
/** Numbers at the head of a record: the candidate that was asked last, who asked, in which form, and the bytes that follow. */
const ASKED = 0;
const AFFINITY = 1;
const DIALECT = 2;
const LENGTH = 3;
const HEAD_BYTES = 16;
const RECORD_INTS = RECORD_BYTES / 4;
/** A longer request has memory of its own. */
const SHORT_BYTES_MAX = RECORD_BYTES - HEAD_BYTES;
const RECORDS_FIRST = 64;
/** Reads above this many in flight are not kept: their failure is told at once. */
const RECORDS_MAX = 64 * 1024;
const NO_CANDIDATES: readonly number[] = [];
const NO_REPLICAS: readonly Replica[] = [];

export class KeptReads implements Retries {
  readonly #stats: Stats;
  readonly #parser: RequestParser;
  #bytes = new Uint8Array(RECORDS_FIRST * RECORD_BYTES);
  #ints = new Int32Array(this.#bytes.buffer);
  readonly #candidates: (readonly number[])[] = [];
  readonly #replicas: (readonly Replica[])[] = [];
  /** Records that hold nothing, of those that were used before. */
  readonly #free: number[] = [];
  readonly #long = new Map<number, Uint8Array<ArrayBuffer>>();
  /** Why the replicas asked so far failed. */
  readonly #failures = new Map<number, Failure>();

  constructor(protocol: Protocol, stats: Stats) {
    this.#stats = stats;
    // Bounds were kept when it came from its client.
    this.#parser = protocol.createRequestParser({ maxRequestBytes: Infinity });
  }

  /** How many are kept now. */
  get count(): number {
    return this.#candidates.length - this.#free.length;
  }

  /**
   * Keeps a request that is sent to `candidates[at]` now; those behind it are what is left. Returns its number, or NO_RETRY where
   * there is no room.
   */
  keep(request: Request, candidates: readonly number[], at: number, replicas: readonly Replica[]): number {
    const retry = this.#free.pop() ?? this.#add();
    if (retry === NO_RETRY) return retry;
    this.#candidates[retry] = candidates;
    this.#replicas[retry] = replicas;
    const { bytes, start, end } = request;
    const length = end - start;
    const head = retry * RECORD_INTS;
    const ints = this.#ints;
    ints[head + ASKED] = at;
    ints[head + AFFINITY] = request.affinity;
    ints[head + DIALECT] = request.dialect;
    ints[head + LENGTH] = length;
    if (length <= SHORT_BYTES_MAX) copyBytes(bytes, start, end, this.#bytes, retry * RECORD_BYTES + HEAD_BYTES);
    else this.#long.set(retry, bytes.slice(start, end));
    return retry;
  }

  next(retry: number, failure: Failure, sink: ReplySink, target: number): boolean {
    const candidates = this.#candidates[retry]!;
    const replicas = this.#replicas[retry]!;
    const head = retry * RECORD_INTS;
    const asked = this.#ints[head + ASKED]!;
    const at = firstUp(candidates, replicas, Kinds.Reads, asked + 1);
    if (at <= asked) return false;
    this.#failures.set(retry, this.explain(retry, failure));
    this.#ints[head + ASKED] = at;
    this.#stats.retried_reads++;
    replicas[candidates[at]!]!.send(this.#read(retry), sink, target);
    return true;
  }

  explain(retry: number, failure: Failure): Failure {
    return alsoFailed(this.#failures.get(retry), failure);
  }

  drop(retry: number): void {
    this.#candidates[retry] = NO_CANDIDATES;
    this.#replicas[retry] = NO_REPLICAS;
    if (this.#long.size > 0) this.#long.delete(retry);
    if (this.#failures.size > 0) this.#failures.delete(retry);
    this.#free.push(retry);
  }

  #read(retry: number): Request {
    const head = retry * RECORD_INTS;
    const length = this.#ints[head + LENGTH]!;
    const from = retry * RECORD_BYTES + HEAD_BYTES;
    const bytes = this.#long.get(retry) ?? this.#bytes.slice(from, from + length);
    const parser = this.#parser;
    parser.reset();
    const end = parser.parse(bytes, 0, length);
    assert(end === length, "what was parsed once is parsed again");
    const { request } = parser;
    request.affinity = this.#ints[head + AFFINITY]!;
    request.dialect = this.#ints[head + DIALECT]!;
    request.scope = Scope.Node;
    return request;
  }

  /** One more record, in an array of twice the size where there is none left. */
  #add(): number {
    const retry = this.#candidates.length;
    if (retry === RECORDS_MAX) return NO_RETRY;
    if ((retry + 1) * RECORD_BYTES > this.#bytes.length) {
      const grown = new Uint8Array(this.#bytes.length * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#ints = new Int32Array(grown.buffer);
    }
    this.#candidates.push(NO_CANDIDATES);
    this.#replicas.push(NO_REPLICAS);
    return retry;
  }
}
