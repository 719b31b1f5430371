/**
 * One client, or another node (visitor.ts): reads, cuts the bytes into requests, submits them, sends the answers in order.
 *
 *     socket -> ReadBuffer -> RequestParser -> RequestSink ...> ReplyQueue -> WriteBuffer -> socket
 *
 * It awaits only the socket, or the end of pressure: too many unanswered requests, too much unsent output, or the node
 * being short of memory (pressure.ts says who may wait for whom). While it waits it does not read, and TCP slows the client
 * down.
 */
import type { ClientView, NodeView } from "../node_view.ts";
import { After, INCOMPLETE, INVALID, type Protocol, type RequestParser } from "../protocol.ts";
import type { ReplyQueue, ReplyQueueParts } from "../reply_queue.ts";
import type { Client, RequestSink } from "../request_sink.ts";
import { Access } from "../request.ts";
import type { Session } from "../session.ts";
import type { Stats } from "../stats.ts";
import type { Connection } from "../transport.ts";
import { noQueues, type QueueGauges } from "../upstream_stats.ts";
import type { Budget } from "./budget.ts";
import type { QueueOwner } from "./client_reply_queue.ts";
import type { Holder, Pressure } from "./pressure.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { Turn } from "./turn.ts";
import type { Visitor } from "./visitor.ts";
import { WriteBuffer, type WriteOwner } from "./write_buffer.ts";

const READ_SMALL_BYTES = 4 * 1024;
const READ_USUAL_BYTES = 64 * 1024;
/** Gathered answers that are not charged. */
const FREE_BYTES = 64 * 1024;
/** Unsent output above which no further request is taken: this, or the given share of the replies' budget where that is more. */
const OUTPUT_BYTES_MIN = 1024 * 1024;
const OUTPUT_SHARE = 1 / 8;

/**
 * Silence after which another node that is owed nothing is gone: it asks for a sign of life four times as often
 * (upstream_connection.ts). TCP alone would keep the link for ever.
 */
const GONE_AFTER_MS = 60_000;

/** How long a client that broke its protocol may go on sending what nobody reads any more, ms. */
const LINGER_MS = 5000;
const LINGER_BYTES = 16 * 1024;

export interface ClientOptions {
  /** Unanswered requests above which no further one is read. */
  readonly pendingMax: number;
}

export interface ClientParts {
  readonly protocol: Protocol;
  /** What a new connection is. */
  visit(): Visitor;
  readonly sink: RequestSink;
  readonly node: NodeView;
  readonly turn: Turn;
  readonly pressure: Pressure;
  readonly stats: Stats;
  readonly replies: ReplyQueueParts;
}

export class ClientConnection implements Client, ClientView, Holder, WriteOwner, QueueOwner {
  readonly id: number;
  readonly remote: string;
  readonly local: string;
  readonly session: Session;
  readonly replies: ReplyQueue;
  readonly connectedAt: number;
  lastRequestAt: number;
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  readonly #parts: ClientParts;
  readonly #visitor: Visitor;
  readonly #requestBudget: Budget;
  readonly #replyBudget: Budget;
  readonly #parser: RequestParser;
  readonly #in: ReadBuffer;
  readonly #out: WriteBuffer;
  readonly #outputBytesMax: number;
  /** Bytes read since the start. */
  #readBytes = 0;
  /** It waits for the client to send, or for room to read what it sends. */
  #reading = false;
  /** Ends after its answers; nothing more is parsed. */
  #ending = false;
  /** The node stops: the connection ends as soon as nothing is owed, although a read is pending. */
  #draining = false;
  #closed = false;
  #failed = false;
  /** What the client is told before the end, once its answers are out. */
  #problem = "";
  #resume: (() => void) | undefined;
  /** The dialect just changed: earlier answers first. */
  #drainFirst = false;

  constructor(id: number, connection: Connection, options: ClientOptions, parts: ClientParts) {
    this.id = id;
    this.#connection = connection;
    this.#options = options;
    this.#parts = parts;
    this.remote = connection.remote;
    this.local = connection.local;
    const visitor = this.#visitor = parts.visit();
    this.session = visitor.session;
    this.#parser = visitor.parser;
    const { pressure } = parts;
    const isNode = visitor.noun === "peer";
    this.#requestBudget = isNode ? pressure.nodeRequests : pressure.requests;
    this.#replyBudget = isNode ? pressure.nodeReplies : pressure.replies;
    this.#in = new ReadBuffer(READ_SMALL_BYTES, READ_USUAL_BYTES, this.#requestBudget);
    this.#out = new WriteBuffer(connection, parts.turn, this.#replyBudget, this, FREE_BYTES);
    this.#outputBytesMax = Math.max(OUTPUT_BYTES_MIN, this.#replyBudget.limitBytes * OUTPUT_SHARE);
    this.replies = visitor.createReplies(this.#out, this, parts.replies);
    this.connectedAt = this.lastRequestAt = parts.turn.now;
  }

  get lastCommand(): string {
    return this.#parser.request.command.name;
  }
  get pendingRequests(): number {
    return this.replies.count;
  }
  get outputBytes(): number {
    return this.#out.pendingBytes;
  }
  /** Bytes of memory charged to a budget. */
  get heldBytes(): number {
    return this.#in.heldBytes + this.#out.heldBytes;
  }
  owedBytes(budget: Budget): number {
    if (budget === this.#replyBudget) return this.#out.heldBytes;
    return budget === this.#requestBudget && this.#reading && !this.#in.waiting ? this.#in.heldBytes : 0;
  }
  get movedBytes(): number {
    return this.#readBytes + this.#out.sentBytes;
  }

  /** What waits here, of another node's requests. */
  queues(): QueueGauges {
    const { bytes, start, end } = this.#in;
    return this.#visitor.queues?.(bytes, start, end) ?? noQueues();
  }
  get stats(): Stats {
    return this.#parts.stats;
  }
  /** What it is, for logs. */
  get noun(): "client" | "peer" {
    return this.#visitor.noun;
  }

  /** Serves the client until one side ends. Never throws. */
  async run(): Promise<void> {
    const { turn, stats, replies: { measures } } = this.#parts;
    try {
      while (!this.#ending) {
        this.#reading = true;
        this.#parser.relax?.();
        const growth = this.#in.makeRoom(this.#parser.needed);
        if (growth !== undefined) await growth;
        const count = this.#in.took(await this.#connection.read(this.#in.room));
        this.#reading = false;
        if (count === null) break;
        this.#readBytes += count;
        turn.begin();
        stats.bytes_in += count;
        this.lastRequestAt = turn.now;
        while (!this.#consume()) {
          await this.#relief();
          turn.begin();
        }
        measures.outQueue.record(this.replies.count);
      }
      await this.#sendRest();
      if (!this.#failed) stats.client_eof++;
    } catch {
      if (!this.#closed) stats.client_err++;
    }
    this.close();
  }

  /** Takes no further request, answers those it has, then closes. */
  drain(): void {
    this.#ending = true;
    this.#draining = true;
    this.#wake();
    if (this.replies.count === 0 && this.#out.pendingBytes === 0) this.close();
  }

  end(after: After): void {
    // Another node passes its clients' words on; it does not take leave itself.
    if (after === After.Continue || this.#visitor.noun === "peer") return;
    this.#ending = true;
    if (after === After.Drop) this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending = true;
    this.#parts.stats.client_dropped_requests += this.replies.count;
    this.#connection.close();
    this.replies.close();
    this.#in.close();
    this.#out.close();
    this.#wake();
    this.#parts.pressure.nudge();
  }

  /** Closes the link of a node that has vanished. */
  sweep(now: number): void {
    if (!this.#visitor.probes || this.replies.count > 0 || !this.#reading) return;
    const silentMs = now - this.lastRequestAt;
    if (silentMs > GONE_AFTER_MS) this.evict(`was silent for ${Math.round(silentMs)} ms`);
  }

  evict(reason: string): void {
    const { noun } = this.#visitor;
    this.#parts.node.logger.warn(`${noun} {${noun}} is closed: it {reason}`, {
      category: `${noun}s`,
      [noun]: this.remote,
      reason,
    });
    this.#failed = true;
    this.#parts.stats.client_err++;
    this.close();
  }
  onSpace(): void {
    this.#wake();
  }
  onSent(count: number): void {
    this.#parts.stats.bytes_out += count;
  }
  onDrained(): void {
    if (this.#draining && this.replies.count === 0 && this.#out.pendingBytes === 0) this.close();
    this.#wake();
  }
  onWriteError(): void {
    if (!this.#closed) this.#parts.stats.client_err++;
    this.#failed = true;
    this.close();
  }

  /** Submits every whole request that was read. False when it has to wait before it can go on. */
  #consume(): boolean {
    const input = this.#in;
    const parser = this.#parser;
    const { request } = parser;
    const { sink, stats, replies: { measures }, pressure } = this.#parts;
    const { session, replies } = this;
    const isNode = this.#visitor.noun === "peer";
    const out = this.#out;
    while (input.start < input.end && !this.#ending) {
      if (replies.count >= this.#options.pendingMax || out.pendingBytes > this.#outputBytesMax) return false;
      if (this.#drainFirst || (isNode ? pressure.highForNodes : pressure.high)) return false;
      const next = parser.parse(input.bytes, input.start, input.end);
      if (next === INCOMPLETE) return true;
      if (next === INVALID) {
        this.#refuse(parser.problem);
        return true;
      }
      input.start = next;
      if (request.argCount === 0) continue;
      stats.client_requests++;
      if (request.command.access === Access.Read) stats.client_read_requests++;
      else if (request.command.access === Access.Write) {
        stats.client_write_requests++;
        measures.writeBytes.record(request.end - request.start);
      }
      request.dialect = session.dialect;
      request.affinity = this.id;
      sink.submit(request, this);
      if (session.dialect !== request.dialect && replies.count > 0) this.#drainFirst = true;
    }
    return true;
  }

  /** Waits until whatever stopped `#consume` may be over. */
  async #relief(): Promise<void> {
    const { replies } = this;
    this.#in.relax();
    if (this.#drainFirst) {
      if (replies.count === 0) {
        this.#drainFirst = false;
        return;
      }
      replies.wantSpace(0);
    } else if (replies.count >= this.#options.pendingMax) {
      replies.wantSpace(this.#options.pendingMax >> 1);
    } else if (this.#out.pendingBytes <= this.#outputBytesMax) {
      return await this.#parts.pressure.relief();
    }
    await this.#woken();
  }

  /** The client broke its protocol: it is told, after the answers it still gets. */
  #refuse(problem: string): void {
    this.#parts.stats.client_protocol_errors++;
    if (this.#visitor.noun === "peer") {
      this.#parts.node.logger.warn("peer {peer} is closed: it sent {reason}; if it is a node it connects again", {
        category: "peers",
        peer: this.remote,
        reason: problem,
      });
    } else this.#problem = problem;
    this.#ending = true;
  }

  /** Lets the answers that are due leave before the end. */
  async #sendRest(): Promise<void> {
    while (!this.#closed && this.replies.count > 0) {
      this.replies.wantSpace(0);
      await this.#woken();
    }
    if (this.#problem !== "" && !this.#closed) {
      this.#parts.protocol.writeProblem(this.#problem, this.#out);
      this.#out.mark();
    }
    while (!this.#closed && this.#out.pendingBytes > 0) await this.#woken();
    if (this.#problem !== "" && !this.#closed && !this.#draining) await this.#linger();
  }

  /**
   * Takes what the client is still sending, to no use: closing with unread bytes resets the connection, and a client in the
   * middle of a value above the limit would lose the error that tells it so.
   */
  async #linger(): Promise<void> {
    this.#in.close();
    const waste = new Uint8Array(LINGER_BYTES);
    const cancel = this.#parts.node.clock.after(LINGER_MS, () => this.close());
    try {
      await this.#connection.closeWrite();
      while (!this.#closed && await this.#connection.read(waste) !== null);
    } finally {
      cancel();
    }
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#resume = resolve);
  }
  #wake(): void {
    const resume = this.#resume;
    if (resume === undefined) return;
    this.#resume = undefined;
    resume();
  }
}
