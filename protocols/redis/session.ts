import type { Consistency } from "../../core/consistency.ts";
import type { NodeView } from "../../core/node_view.ts";
import type { Session } from "../../core/session.ts";

/** What a Redis client has said of itself on one connection. */
export class RedisSession implements Session {
  /** Dialect.Resp2 until HELLO 3. */
  dialect = 0;
  admitted: boolean;
  readConsistency: Consistency | undefined;
  writeConsistency: Consistency | undefined;
  name = "";
  library = "";
  libraryVersion = "";
  noEvict = false;
  noTouch = false;

  constructor(node: NodeView) {
    this.admitted = node.password === undefined;
  }

  /** RESET: as a new connection. */
  reset(node: NodeView): void {
    this.dialect = 0;
    this.admitted = node.password === undefined;
    this.readConsistency = this.writeConsistency = undefined;
    this.name = "";
    this.noEvict = this.noTouch = false;
  }
}
