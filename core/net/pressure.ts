/**
 * How the node says "slow down", and why that never ends in a standstill. Memory for large buffers (anything above what a
 * quiet connection holds) comes from two budgets, which share `buffer_budget`:
 *
 *     requests:  client -> ReadBuffer -> WriteBuffer -> engine
 *     replies:   engine -> ReadBuffer -> WriteBuffer -> client
 *
 * The invariant: nobody waits for memory that somebody behind it on this way holds. From the end of the way to its beginning:
 *
 * 1. A client's output waits for that client alone.
 * 2. A link begins to read another reply only while the replies' budget is not overdrawn, so it waits for 1 and for links that
 *    have begun. Who has begun a large one gets the room for it or, one at a time, overdraws: it waits for its engine alone.
 * 3. Requests on their way to an engine wait for that engine, which may wait for us to read its replies: for 2.
 * 4. A client's next request is taken only while no link has too much unsent ("congested") and the replies' budget is not
 *    overdrawn: it waits for 1, 2 and 3.
 * 5. A large request that is being read gets the room for it or, one at a time, overdraws: it waits for its own client to send
 *    the rest, and then for 4.
 *
 * Among nodes it holds as well, because what other nodes ask has two budgets of its own, an eighth each where there are other
 * nodes. A link to another node begins a reply while the clients' replies are not overdrawn, whatever we owe other nodes; so our
 * answer to a node waits for that node's clients, and not for anything of ours. Another node's request waits for our engine
 * and for our answers to nodes, never for links to nodes: those slow our own clients alone, and only while they get on.
 *
 * So every wait ends at somebody else's socket. There patience ends it: an engine's link that does not get on is closed by its
 * own deadlines (UpstreamConnection), a client that makes others wait by `sweep`. What cannot wait overdraws: the
 * requests by one that is read and one for each link, the replies by one that is read and what comes with one read of each link.
 */
import { Budget } from "./budget.ts";
import { SpareMemory } from "./spare_memory.ts";

/** A client, as one who may keep memory that others wait for. */
export interface Holder {
  /** Bytes of `budget` that only the other side can free, by sending the rest or by taking what it asked for. */
  owedBytes(budget: Budget): number;
  /** Bytes read and written since its start. */
  readonly movedBytes: number;
  /** Ends it, telling why. */
  evict(reason: string): void;
}

/** How often memory that nobody wants is let go. */
const TRIM_MS = 2000;
/** Within its time a holder must move at least this share of what it holds; else it is taken for stuck. */
const SHARE_TO_MOVE = 1 / 4;

/** Whom a link with too much unsent makes wait. */
export const Slowed = {
  /** All who have requests: nothing can be done without the engine. */
  Everybody: 0,
  /** Clients, not other nodes: two nodes that wait for each other would wait for ever. */
  Clients: 1,
} as const;
export type Slowed = typeof Slowed[keyof typeof Slowed];

export class Pressure {
  readonly limitBytes: number;
  readonly memory: SpareMemory;
  /** For clients. */
  readonly requests: Budget;
  readonly replies: Budget;
  /** For what other nodes ask of this one. */
  readonly nodeRequests: Budget;
  readonly nodeReplies: Budget;
  /** Connections closed because they held memory others waited for. */
  evictions = 0;
  /** By whom they slow. */
  readonly #congestedLinks = [0, 0];
  #trimmedAt = 0;
  #waiters: (() => void)[] = [];
  /** Since when somebody waits, with what each holder had moved by then. */
  #waitSince = -1;
  readonly #movedBefore = new Map<Holder, number>();

  /** `hasNodes`: other nodes get their share. */
  constructor(limitBytes: number, hasNodes = false) {
    this.limitBytes = limitBytes;
    this.memory = new SpareMemory(limitBytes, () => this.usedBytes);
    const nudge = () => this.nudge();
    const forNodes = hasNodes ? limitBytes / 8 : 0;
    this.requests = new Budget(limitBytes / 2 - forNodes, this.memory);
    this.replies = new Budget(limitBytes / 2 - forNodes, this.memory, nudge);
    this.nodeRequests = new Budget(forNodes, this.memory);
    this.nodeReplies = new Budget(forNodes, this.memory, nudge);
  }

  /** Bytes charged now. */
  get usedBytes(): number {
    return this.requests.usedBytes + this.replies.usedBytes + this.nodeRequests.usedBytes + this.nodeReplies.usedBytes;
  }
  get congested(): boolean {
    return this.#congestedLinks[Slowed.Everybody]! > 0 || this.#congestedLinks[Slowed.Clients]! > 0;
  }
  /** Should a client's next request wait? */
  get high(): boolean {
    const links = this.#congestedLinks;
    return links[Slowed.Everybody]! > 0 || links[Slowed.Clients]! > 0 || this.replies.high;
  }
  /** Should another node's? */
  get highForNodes(): boolean {
    return this.#congestedLinks[Slowed.Everybody]! > 0 || this.nodeReplies.high;
  }

  /** A link has too much unsent. */
  congest(whom: Slowed = Slowed.Everybody): void {
    this.#congestedLinks[whom]!++;
  }
  decongest(whom: Slowed = Slowed.Everybody): void {
    if (--this.#congestedLinks[whom]! === 0) this.nudge();
  }

  /** Settles when it is worth looking again whether it is still high. */
  relief(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Lets everybody who waits for relief look again. */
  nudge(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }

  /** Called now and then: of those who kept others waiting for `patienceMs` and hardly got on, the largest is ended. */
  sweep(now: number, patienceMs: number, holders: Iterable<Holder>): void {
    if (now - this.#trimmedAt >= TRIM_MS) {
      this.#trimmedAt = now;
      this.memory.trim();
    }
    const wanted = [this.requests, this.nodeRequests].filter((budget) => budget.wanted);
    for (const budget of [this.replies, this.nodeReplies]) {
      if (budget.wanted || (budget.high && this.#waiters.length > 0)) wanted.push(budget);
    }
    if (wanted.length === 0) {
      this.#waitSince = -1;
      this.#movedBefore.clear();
      return;
    }
    if (this.#waitSince >= 0 && now - this.#waitSince < patienceMs) return;
    let culprit: Holder | undefined;
    let most = 0;
    const all = [...holders];
    if (this.#waitSince >= 0) {
      for (const holder of all) {
        const owed = wanted.reduce((sum, budget) => sum + holder.owedBytes(budget), 0);
        const before = this.#movedBefore.get(holder);
        if (owed <= most || before === undefined) continue;
        if (holder.movedBytes - before >= owed * SHARE_TO_MOVE) continue;
        culprit = holder;
        most = owed;
      }
    }
    this.#waitSince = now;
    this.#movedBefore.clear();
    for (const holder of all) this.#movedBefore.set(holder, holder.movedBytes);
    if (culprit === undefined) return;
    this.evictions++;
    culprit.evict(`held ${most} bytes that others waited for during ${patienceMs} ms`);
  }
}
