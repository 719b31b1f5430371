/**
 * One pipelined link to an engine or a peer, which is opened again whenever it ends.
 *
 *     send() -> LinkFraming, WriteBuffer -> socket -> the other side -> socket -> LinkFraming -> SinkQueue -> sink
 *
 * Both answer in order, so the reply that comes next belongs to the oldest request (SinkQueue); a peer's reply also says which
 * request it answers. A request that is late fails alone. A link that stays silent for long although it owes an answer is
 * taken for dead: TCP alone would not tell.
 *
 * What is sent during a turn leaves together. For an engine small requests gather further while two batches are unanswered: it
 * works them off one after the other anyhow, and most system calls of both sides are saved.
 *
 * The link opens at `start` or with its first request; requests wait for the outcome of that first try. Later they are
 * accepted only while it is up: one that comes during a reconnect fails at once, nothing was done.
 */
import { ByteWriter } from "../bytes.ts";
import { INCOMPLETE, INVALID } from "../protocol.ts";
import { ReplyKind, type ReplySink } from "../reply.ts";
import { Access, type Request } from "../request.ts";
import { type Connection, formatAddress } from "../transport.ts";
import { noQueues, type QueueGauges } from "../upstream_stats.ts";
import { BackOff } from "./back_off.ts";
import { GreetingRefused, hearGreeting } from "./hear_greeting.ts";
import type { LinkFailures, LinkFraming } from "./link_framing.ts";
import { Pace } from "./pace.ts";
import { Slowed } from "./pressure.ts";
import { ReadBuffer } from "./read_buffer.ts";
import { EntryKind, SinkQueue } from "./sink_queue.ts";
import type { UpstreamObserver } from "./upstream_observer.ts";
import type { UpstreamOptions, UpstreamParts } from "./upstream_options.ts";
import { WriteBuffer, type WriteOwner } from "./write_buffer.ts";

/** Replies come in bulk, and links are few: always read by the quarter megabyte. */
const READ_BYTES = 256 * 1024;
/** Gathered requests that are not charged. */
const FREE_BYTES = 1024 * 1024;
/** What is gathered for an engine leaves at the latest when it is so many bytes. */
const GATHERED_BYTES = 1024;
/** Unsent bytes above which clients are asked to wait until all have left; the second with memory for requests overdrawn. */
const CONGESTED_BYTES = 4 * 1024 * 1024;
const CONGESTED_BYTES_SHORT = 64 * 1024;
/** Unsent bytes above which a peer is sent no more. */
const PEER_BYTES_MAX = 16 * 1024 * 1024;
/** Unsent bytes above which nothing is sent beside requests: it would be late. */
const ASIDE_BYTES_MAX = 1024 * 1024;
/** A peer that takes no byte of many for this long slows nobody any more. */
const STUCK_AFTER_MS = 500;
/** A silent, idle link is asked for a sign of life this often. */
const PROBE_AFTER_MS = 15_000;
/** A link that owes an answer and was silent for this many times the request timeout is dead. */
const DEAD_AFTER_TIMEOUTS = 3;
const DEAD_AFTER_MS_MIN = 3_000;
/** To connect, and once more to be greeted back. */
const CONNECT_TIMEOUT_MS = 5_000;

export class UpstreamConnection implements WriteOwner {
  readonly dialect: number;
  up = false;
  readonly #options: UpstreamOptions;
  readonly #parts: UpstreamParts;
  readonly #observer: UpstreamObserver;
  readonly #queue: SinkQueue;
  readonly #framing: LinkFraming;
  #failures: LinkFailures;
  #timeoutMs: number;
  readonly #backOff: BackOff;
  #connection: Connection | undefined;
  #out: WriteBuffer | undefined;
  #in: ReadBuffer | undefined;
  #closing = false;
  /** The first try to connect is under way: requests wait in `#early` for its outcome. */
  #opening = false;
  #early = new ByteWriter();
  /** Requests wait in `#out` until the engine has answered others. */
  #gathering = false;
  #congested = false;
  /** A peer that took nothing for too long, until it has taken all. */
  #stuck = false;
  #lastSentAt = 0;
  /** When the last sweep found it sending, and not done. */
  #sendingAt = -Infinity;
  /** When the first request was sent that nothing was read after. */
  #askedAt = -Infinity;
  readonly #pace: Pace;
  /** Not reading, because memory is short. */
  #paused = false;
  /** When a sweep last saw it not reading for want of memory: the silence was our own, nothing is late until a timeout later. */
  #pausedAt = -Infinity;
  #lastReadAt = 0;
  /** Sent bytes at the last sweep. */
  #lastSentBytes = 0;
  #endReason = "";
  #timedOut = false;
  #cancelWait: (() => void) | undefined;
  #finished: Promise<void> | undefined;
  #firstTry: Promise<void> | undefined;

  constructor(options: UpstreamOptions, parts: UpstreamParts, observer: UpstreamObserver) {
    this.#options = options;
    this.#parts = parts;
    this.#observer = observer;
    this.dialect = options.dialect;
    this.#queue = new SinkQueue(options.pendingMax, options.framing.numbered);
    this.#framing = options.framing;
    this.#failures = options.failures;
    this.#timeoutMs = options.timeoutMs;
    this.#pace = new Pace(options.ratePerSecond, parts.pressure.requests);
    this.#backOff = new BackOff(50, options.retryMsMax, parts.random);
  }

  /** Requests sent that have no reply, late ones included. */
  get pendingRequests(): number {
    return this.#queue.count;
  }
  get pendingBytes(): number {
    return (this.#out?.pendingBytes ?? 0) + this.#pace.held.length;
  }
  /** What waits here now. */
  queues(): QueueGauges {
    return this.#queue.addTo(noQueues());
  }
  /** Bytes of memory charged to a budget. */
  get heldBytes(): number {
    return (this.#out?.heldBytes ?? 0) + (this.#in?.heldBytes ?? 0) + this.#early.length + this.#pace.held.length;
  }

  /** Is it up, or will it take requests until its first try to connect is decided? */
  get usable(): boolean {
    if (this.up || !this.#options.patient) return this.up;
    return this.#opening || (this.#firstTry === undefined && !this.#closing);
  }

  /** Begins to connect. Settles after the first try, whatever its outcome; goes on until `close`. */
  start(): Promise<void> {
    if (this.#closing) return Promise.resolve();
    this.#opening = true;
    this.#firstTry = new Promise((resolve) => this.#finished = this.#run(resolve));
    return this.#firstTry;
  }

  /** When a byte last came over it; -Infinity while it is not up. */
  get heardAt(): number {
    return this.up ? this.#lastReadAt : -Infinity;
  }

  /** It waits to connect again: it tries now. */
  hurry(): void {
    if (this.up || this.#closing) return;
    this.#backOff.succeeded();
    this.#cancelWait?.();
  }

  /** It ends for this reason, with all that is on it, and is made anew at once. */
  reset(why: string): void {
    if (this.up) this.#end(why);
    this.hurry();
  }

  /** Writes something beside the requests, which no reply answers. False when the link cannot take it soon. */
  sendAside(write: (out: ByteWriter) => void): boolean {
    const out = this.up ? this.#out : undefined;
    if (out === undefined || this.#stuck || this.pendingBytes > ASIDE_BYTES_MAX) return false;
    write(out);
    out.mark();
    return true;
  }

  /** Copies the request to the link. Exactly one call of `sink` follows, a failure perhaps at once. */
  send(request: Request, sink: ReplySink, target: number): void {
    const out = this.up ? this.#out : undefined;
    if (out === undefined) {
      if (this.#options.patient && this.#firstTry === undefined && !this.#closing) this.start();
      if (!this.#opening || !this.#options.patient) return sink.onFailure(target, this.#failures.notConnected);
    }
    if (this.#queue.full) return sink.onFailure(target, this.#failures.overloaded);
    if (out === undefined) {
      const before = this.#early.length;
      this.#write(request, this.#early);
      this.#parts.pressure.requests.charge(this.#early.length - before);
      this.#push(request, sink, target, this.#early.length);
      return;
    }
    if (this.#stuck || (this.#options.slows === Slowed.Clients && this.pendingBytes > PEER_BYTES_MAX)) {
      return sink.onFailure(target, this.#failures.overloaded);
    }
    const pace = this.#pace;
    const goes = pace.take();
    this.#write(request, goes ? out : pace.held);
    const pendingBytes = out.pendingBytes + pace.held.length;
    this.#push(request, sink, target, out.sentBytes + pendingBytes);
    if (!goes) pace.hold();
    else if (this.#options.gathers && pendingBytes < GATHERED_BYTES && this.#queue.backlogged) this.#gathering = true;
    else out.mark();
    if (this.#askedAt <= this.#lastReadAt) this.#askedAt = this.#parts.turn.now;
    if (this.#congested) return;
    const { pressure } = this.#parts;
    if (pendingBytes <= (pressure.requests.high ? CONGESTED_BYTES_SHORT : CONGESTED_BYTES)) return;
    this.#congested = true;
    pressure.congest(this.#options.slows);
  }

  /** It is the newest in the queue, and has left once the link has written `end` bytes. */
  #push(request: Request, sink: ReplySink, target: number, end: number): void {
    const kind = request.command.access === Access.Write ? EntryKind.Write : EntryKind.Read;
    this.#queue.push(sink, target, this.#parts.turn.now, kind, request.end - request.start, end);
    this.#options.stats.countRequest(request);
  }

  /** The frame without its cut, behind its head. */
  #write(request: Request, out: ByteWriter): void {
    const { bytes, start, end, cutStart, cutEnd } = request;
    this.#framing.writeHead(request, this.#queue.nextId, end - start - (cutEnd - cutStart), out);
    if (cutEnd > cutStart) {
      out.copy(bytes, start, start + cutStart);
      out.copy(bytes, start + cutEnd, end);
    } else {
      out.copy(bytes, start, end);
    }
  }

  /** Fails what is late, asks an idle link for a sign of life, ends a dead one. Called a few times per timeout. */
  sweep(now: number): void {
    const timeoutMs = this.#timeoutMs;
    const out = this.#out;
    if (out !== undefined && this.up && this.#pace.release(now, out)) out.mark();
    if (this.#paused || this.#in?.waiting) {
      this.#pausedAt = now;
      return;
    }
    if (timeoutMs > 0 && now - this.#pausedAt > timeoutMs) {
      const failed = this.#queue.expire(now - timeoutMs, this.#failures.late);
      if (failed > 0) this.#observer.onTimeouts(failed, now - this.#lastReadAt >= timeoutMs);
    }
    if (out === undefined || !this.up) return;
    const sent = out.sentBytes !== this.#lastSentBytes;
    this.#lastSentBytes = out.sentBytes;
    // What is still on its way cannot have been answered. What has left says nothing: the system takes it for a dead peer too.
    if (sent && out.pendingBytes > 0) this.#sendingAt = now;
    if (sent) this.#lastSentAt = now;
    if (this.#congested && this.#options.slows === Slowed.Clients && now - this.#lastSentAt > STUCK_AFTER_MS) {
      // One peer of many that takes nothing: its copies fail from now on, and nobody waits for it.
      this.#stuck = true;
      this.#relieve();
    }
    if (this.#queue.count === 0 && this.#askedAt <= this.#lastReadAt) {
      if (now - this.#lastReadAt > PROBE_AFTER_MS) this.probe(now);
      return;
    }
    const silentMs = now - Math.max(this.#lastReadAt, this.#askedAt, this.#pausedAt, this.#sendingAt);
    const patienceMs = Math.max(DEAD_AFTER_MS_MIN, DEAD_AFTER_TIMEOUTS * (timeoutMs || PROBE_AFTER_MS));
    // With no timeout set a slow command is not a dead engine: only our own probe may condemn a link, or half a reply.
    const condemns = timeoutMs > 0 || this.#queue.headForgotten || this.#in!.start < this.#in!.end;
    if (condemns && silentMs > patienceMs) {
      this.#endLate(`no byte for ${Math.round(silentMs)} ms while an answer was due`);
    }
  }

  /** From now on a reply may take so long, also one that is waited for already; `failures` name it. */
  setTimeout(timeoutMs: number, failures: LinkFailures): void {
    this.#timeoutMs = timeoutMs;
    this.#failures = failures;
  }

  /** Ends the link for good; what is outstanding fails. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#cancelWait?.();
    this.#end("closed by this node");
    await this.#finished;
  }

  onSent(): void {
    const { turn } = this.#parts;
    turn.begin();
    this.#queue.sent(this.#out!.sentBytes, turn.now, this.#options.hop);
  }
  onWriteError(error: unknown): void {
    this.#end(describe(error));
  }
  onDrained(): void {
    this.#stuck = false;
    this.#relieve();
  }

  /** An engine answers clients and other nodes; another node answers clients alone. */
  get #repliesWait(): boolean {
    const { replies, nodeReplies } = this.#parts.pressure;
    return replies.high || (this.#options.slows === Slowed.Everybody && nodeReplies.high);
  }

  #relieve(): void {
    if (!this.#congested) return;
    this.#congested = false;
    this.#parts.pressure.decongest(this.#options.slows);
  }

  async #run(triedOnce: () => void): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#closing) {
      const eof = await this.#session(triedOnce);
      if (this.#opening) {
        this.#endOpening();
        this.#queue.failAll(this.#failures.notConnected);
      }
      triedOnce();
      if (this.#closing) break;
      this.#observer.onDown(this, this.#endReason, eof ? "eof" : this.#timedOut ? "timeout" : "error");
      await new Promise<void>((resolve) => {
        const cancel = clock.after(this.#backOff.next(), resolve);
        this.#cancelWait = () => {
          cancel();
          resolve();
        };
      });
      this.#cancelWait = undefined;
    }
  }

  /** One life of the link. Did the engine end it in good order? */
  async #session(connected: () => void): Promise<boolean> {
    const { transport, turn, pressure } = this.#parts;
    const { address } = this.#options;
    this.#endReason = "";
    this.#timedOut = false;
    this.#gathering = false;
    let connection: Connection;
    try {
      connection = await transport.connect(address, CONNECT_TIMEOUT_MS);
    } catch (error) {
      this.#endReason = `connect ${formatAddress(address)}: ${describe(error)}`;
      return false;
    }
    if (this.#closing) {
      connection.close();
      return false;
    }
    this.#connection = connection;
    const out = this.#out = new WriteBuffer(connection, turn, pressure.requests, this, FREE_BYTES);
    const input = this.#in = new ReadBuffer(READ_BYTES, READ_BYTES, pressure.replies, true);
    this.#framing.reset();
    this.#lastReadAt = this.#parts.clock.now();
    let eof = false;
    try {
      eof = !(await this.#greet(connection, out, input));
      if (!eof && this.#endReason === "") {
        this.up = true;
        if (this.#early.length > 0) {
          this.#queue.shift(out.sentBytes + out.pendingBytes);
          out.copy(this.#early.bytes, 0, this.#early.length);
          out.mark();
        }
        this.#endOpening();
        this.#backOff.succeeded();
        this.#observer.onUp(this);
        connected();
        eof = await this.#read(connection, input);
      }
    } catch (error) {
      if (this.#endReason === "") this.#endReason = describe(error);
    }
    if (eof && this.#endReason === "") this.#endReason = "closed by the other side";
    this.#tearDown();
    return eof;
  }

  /** Says who we are and in which dialect. False at the end of the stream. */
  async #greet(connection: Connection, out: WriteBuffer, input: ReadBuffer): Promise<boolean> {
    const { clock } = this.#parts;
    const { greeting } = this.#framing;
    if (greeting === undefined) return true;
    out.copy(greeting.bytes);
    out.mark();
    const cancelDeadline = clock.after(CONNECT_TIMEOUT_MS, () => {
      this.#endLate(`no answer to the greeting within ${CONNECT_TIMEOUT_MS} ms`);
    });
    try {
      return await hearGreeting(connection, input, this.#framing, greeting);
    } catch (error) {
      // An engine that knows no other dialect than the first is served in that one.
      if (error instanceof GreetingRefused && this.dialect > 0 && /unknown command|NOPROTO/i.test(error.problem)) {
        this.#closing = true;
        this.#observer.onUnsupported(this, error.problem);
      }
      throw error;
    } finally {
      cancelDeadline();
    }
  }

  /** Hands every reply to its sink. Returns true at the end of the stream. */
  async #read(connection: Connection, input: ReadBuffer): Promise<boolean> {
    const { turn, pressure } = this.#parts;
    const framing = this.#framing;
    const queue = this.#queue;
    const { stats, hop } = this.#options;
    for (;;) {
      // Replies become client output, which cannot wait: with memory short they wait here, in the engine's socket. One that
      // has begun to come and holds memory itself goes on, to give it back.
      input.relax();
      while (this.#repliesWait && input.heldBytes === 0 && this.#endReason === "") {
        this.#paused = true;
        await pressure.relief();
      }
      this.#paused = false;
      const growth = input.makeRoom(framing.needed);
      if (growth !== undefined) await growth;
      const count = input.took(await connection.read(input.room));
      if (count === null) return true;
      turn.begin();
      this.#lastReadAt = turn.now;
      this.#observer.onAlive();
      const { now } = turn;
      // Requests that left together are mostly answered together: one record for all of them.
      let sentAt = 0;
      let together = 0;
      while (input.start < input.end) {
        const next = framing.parse(input.bytes, input.start, input.end);
        if (next === INCOMPLETE) break;
        if (next === INVALID) throw new Error(`malformed reply: ${framing.problem}`);
        const { reply, failure } = framing;
        const bytes = next - input.start;
        input.start = next;
        if (reply.kind === ReplyKind.Push) continue;
        if (!framing.numbered && queue.count === 0) throw new Error("a reply nobody asked for");
        if (framing.numbered && framing.replyId > queue.headId) stats.mismatched_responses++;
        const sink = framing.numbered ? queue.take(framing.replyId) : queue.takeHead();
        if (queue.takenKind !== EntryKind.Probe) {
          if (queue.takenSentAt !== sentAt) {
            if (together > 0) hop.latencyUs.record((now - sentAt) * 1000, together);
            sentAt = queue.takenSentAt;
            together = 0;
          }
          together++;
          stats.countReply(queue.takenKind === EntryKind.Write, bytes);
        }
        if (sink === null) continue;
        const target = queue.takenTarget;
        if (failure !== undefined) sink.onFailure(target, failure);
        else if (sink.onReply(target, reply)) {
          stats.used_responses++;
          stats.used_response_bytes += bytes;
        }
      }
      if (together > 0) hop.latencyUs.record((now - sentAt) * 1000, together);
      if (this.#gathering && !queue.backlogged) {
        this.#gathering = false;
        this.#out!.mark();
      }
    }
  }

  /** Asks for a sign of life, if there is a link to ask on. */
  probe(now: number): void {
    const out = this.#out;
    if (out === undefined || !this.up || this.#queue.full) return;
    this.#framing.writeProbe(this.#queue.nextId, out);
    this.#queue.push(null, 0, now, EntryKind.Probe, 0, out.sentBytes + out.pendingBytes);
    this.#askedAt = now;
    out.mark();
  }

  /** Ends it for its silence. */
  #endLate(reason: string): void {
    if (this.#endReason === "") this.#timedOut = true;
    this.#end(reason);
  }

  /** Closes the socket; `#session` notices and cleans up. */
  #end(reason: string): void {
    if (this.#endReason === "") this.#endReason = reason;
    this.#connection?.close();
    this.#in?.close();
    this.up = false;
    this.#parts.pressure.nudge();
  }

  #endOpening(): void {
    this.#opening = false;
    this.#parts.pressure.requests.release(this.#early.length);
    this.#early = new ByteWriter();
  }

  #tearDown(): void {
    this.up = false;
    this.#connection?.close();
    this.#connection = undefined;
    this.#out?.close();
    this.#out = undefined;
    this.#in?.close();
    this.#in = undefined;
    this.#pace.clear();
    this.onDrained();
    // Those who wait for the first try were never sent: `#run` tells them.
    if (this.#opening) return;
    const dropped = this.#queue.failAll(this.#failures.disconnected);
    if (dropped > 0) this.#observer.onDropped(dropped);
  }
}

const describe = (error: unknown): string => error instanceof Error ? error.message : String(error);
