import type { Kinds } from "./node_state.ts";
import type { ReplySink } from "./reply.ts";
import type { Request } from "./request.ts";

/**
 * Executes a request for a token range and yields one reply: a remote peer, or the local data store. The planner asks
 * `up` before it chooses; a request sent to a replica that is not up fails at once.
 */
export interface Replica {
  /** Shown in logs and errors: `127.0.0.1:6379`, `embedded`. */
  readonly name: string;
  readonly up: boolean;
  /** It gives replies of the first dialect only (a C Dynomite node). */
  readonly plain?: boolean;
  /** Kinds of request (node_state.ts) that had better go to another replica, where there is one: its state refuses them, or
   * puts them off. */
  readonly avoid?: Kinds;
  /** Takes a copy of what it needs of the lent bytes before it returns. Calls `sink` exactly once, with `target`. */
  send(request: Request, sink: ReplySink, target: number): void;
}
