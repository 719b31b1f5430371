/**
 * What happens to a node and its cluster, told to a program that holds the node. Events come from comparing what is with
 * what was, a few times a second: nothing on the way of a request knows of them, and a burst of changes is one event.
 */
import type { Logger } from "./logger.ts";
import type { NodeState } from "./node_state.ts";

export type NodeEvent =
  /** Nodes joined, left, moved: addresses (`host:port`) of all that are in the ring now, this node among them. */
  | { readonly type: "ring"; readonly version: number; readonly nodes: readonly string[] }
  /** A node, this one or another, is in another state than before as far as this node knows. */
  | { readonly type: "state"; readonly node: string; readonly state: NodeState; readonly before: NodeState }
  /** So many copies of writes more did not reach their replica, which lacks them until it is mended. */
  | { readonly type: "missed_writes"; readonly count: number };

/** What is compared. */
export interface NodeSnapshot {
  /** The topology's. */
  readonly version: number;
  /** By address, this node among them. */
  readonly states: ReadonlyMap<string, NodeState>;
  /** Since the start. */
  readonly missedWrites: number;
}

/**
 * The events that lead from one snapshot to the other.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const before: NodeSnapshot = { version: 1, states: new Map([["10.0.0.2:8101", "NORMAL"]]), missedWrites: 0 };
 * const after: NodeSnapshot = { ...before, states: new Map([["10.0.0.2:8101", "DOWN"]]) };
 * assertEquals(eventsBetween(before, after), [
 *   { type: "state", node: "10.0.0.2:8101", state: "DOWN", before: "NORMAL" },
 * ]);
 * ```
 */
export function eventsBetween(before: NodeSnapshot, after: NodeSnapshot): NodeEvent[] {
  const events: NodeEvent[] = [];
  if (after.version !== before.version) {
    events.push({ type: "ring", version: after.version, nodes: [...after.states.keys()] });
  }
  for (const [node, state] of after.states) {
    const was = before.states.get(node);
    // Who is new is told by the ring; what it is in, if it is not as expected, as well.
    if (state !== (was ?? "NORMAL")) events.push({ type: "state", node, state, before: was ?? "NORMAL" });
  }
  // Counters may be set back by an operator.
  const count = after.missedWrites - before.missedWrites;
  if (count > 0) events.push({ type: "missed_writes", count });
  return events;
}

/** Those who listen, and what they were told of. */
export class NodeEvents {
  readonly #logger: Logger;
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  #last: NodeSnapshot | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Calls `listener` for everything that happens after `now`. Returns a function that ends it. */
  subscribe(listener: (event: NodeEvent) => void, now: NodeSnapshot): () => void {
    if (this.#listeners.size === 0) this.#last = now;
    const entry = (event: NodeEvent) => listener(event);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Looks at what is now; `snapshot` is called only while somebody listens. A listener that throws is logged. */
  look(snapshot: () => NodeSnapshot): void {
    if (this.#listeners.size === 0) return;
    const now = snapshot();
    const events = eventsBetween(this.#last ?? now, now);
    this.#last = now;
    for (const event of events) {
      for (const listener of this.#listeners) {
        try {
          listener(event);
        } catch (error) {
          const reason = error instanceof Error ? error.message : String(error);
          this.#logger.error("a listener to events of this node failed: {reason}; it hears the next one all the same", {
            reason,
          });
        }
      }
    }
  }
}
