import type { Replica } from "./replica.ts";

/** The local engine: a Redis or Memcached server behind a pool of links, or the embedded one. */
export interface DataStore extends Replica {
  /** Opens what it needs. A remote engine that is away is not an error: it is tried again until `close`. */
  start(): Promise<void>;
  /** Answers what is outstanding or fails it, then frees everything. */
  close(): Promise<void>;
  /** Its counters by their name in the stats JSON. */
  stats(): Readonly<Record<string, number>>;
  /** How many keys it holds, where it can tell without asking anyone. */
  keyCount?(): number;
}
