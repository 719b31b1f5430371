/**
 * The replies one client waits for, with an account of each request: how long it took goes to the statistics of its command, and
 * when that was too long, into the slow log. One in many is looked at for its keys.
 *
 *     request -> push: remember row and arguments ...> answer -> emit: an error? -> leave: time, slow?
 *
 * What another node asks is accounted for there, where its client is.
 */
import type { CommandStats } from "../command_stats.ts";
import type { HotKeys } from "../hot_keys.ts";
import type { Protocol } from "../protocol.ts";
import { type Output, ReplyQueue, type ReplyQueueOwner, type ReplyQueueParts, type Slot } from "../reply_queue.ts";
import { type Request, Routing } from "../request.ts";
import { textRoom, writeText } from "../request_text.ts";
import type { Session } from "../session.ts";
import type { LentText, SlowLog } from "../slow_log.ts";
import type { RequestTrace } from "../tracer.ts";
import { PendingRequests } from "./pending_requests.ts";

/** Where the accounts of all clients of a node go. */
export interface Accounts {
  readonly protocol: Protocol;
  readonly commandStats: CommandStats;
  readonly slowLog: SlowLog;
  readonly hotKeys: HotKeys;
}

/** Whose queue it is. */
export interface QueueOwner extends ReplyQueueOwner {
  /** `host:port` of the client. */
  readonly remote: string;
}

/** Stands in the row of a request that names no command, or was refused: the row's number with this bit. */
const REJECTABLE = 0x8000;
const NO_ROW = 0x7fff;

export class ClientReplyQueue extends ReplyQueue {
  readonly #accounts: Accounts;
  readonly #request: Request;
  readonly #session: Session;
  readonly #client: QueueOwner;
  readonly #pending: PendingRequests;
  /** The answer that was emitted last is an error, of this name. */
  #error: string | undefined;
  /** Traced requests in flight, oldest first, and how many others leave before each. */
  readonly #traces: { readonly trace: RequestTrace; others: number }[] = [];
  #traceCount = 0;

  /** `request` is the parser's, which is filled with each request before it is submitted. */
  constructor(
    accounts: Accounts,
    request: Request,
    session: Session,
    out: Output,
    owner: QueueOwner,
    parts: ReplyQueueParts,
  ) {
    super(out, owner, parts);
    this.#accounts = accounts;
    this.#request = request;
    this.#session = session;
    this.#client = owner;
    this.#pending = new PendingRequests(accounts.slowLog);
  }

  override push(slot: Slot | null): number {
    const request = this.#request;
    const { command } = request;
    const row = command.routing === Routing.Local || command.routing === Routing.Refused
      ? this.#rowOf(request)
      : command.id;
    this.#pending.push(row, request);
    const { hotKeys } = this.#accounts;
    if (--hotKeys.left === 0) hotKeys.sample(request);
    return super.push(slot);
  }

  override emit(bytes: Uint8Array, start: number, end: number): void {
    if (end === start) return;
    const { protocol } = this.#accounts;
    if (protocol.isError(bytes, start, end)) this.#error = protocol.errorName(bytes, start, end);
    this.out.copy(bytes, start, end);
  }

  override answered(from: number, durationUs: number): void {
    super.answered(from, durationUs);
    const { out } = this;
    const request = this.#request;
    const { protocol, slowLog } = this.#accounts;
    // An error is short: what went out in a run of its own is none.
    if (out.length > from && protocol.isError(out.bytes, from, out.length)) {
      this.#error = protocol.errorName(out.bytes, from, out.length);
    }
    const carriedOut = this.#account(this.#rowOf(request), durationUs);
    if (carriedOut && durationUs >= slowLog.thresholdUs) this.#log(request.command.id, textOf(request), durationUs);
  }

  override watch(trace: RequestTrace): void {
    this.#traceCount = this.#traces.push({ trace, others: this.count });
  }

  protected override leave(durationUs: number): void {
    super.leave(durationUs);
    const pending = this.#pending;
    const { row } = pending;
    if (this.#account(row, durationUs) && durationUs >= this.#accounts.slowLog.thresholdUs) {
      this.#log(row & ~REJECTABLE, pending, durationUs);
    }
    pending.shift();
  }

  override close(): void {
    super.close();
    this.#pending.close();
  }

  /** Counts it. False when it was refused: then nothing was done that could have been slow. */
  #account(row: number, durationUs: number): boolean {
    const { commandStats } = this.#accounts;
    const error = this.#error;
    if (this.#traceCount > 0) this.#endTrace(error);
    if (error === undefined && row < REJECTABLE) {
      commandStats.call(row, durationUs);
      return true;
    }
    this.#error = undefined;
    const command = row & ~REJECTABLE;
    if (error !== undefined) commandStats.error(error);
    if (command === NO_ROW) return false;
    if (error !== undefined && (row >= REJECTABLE || error === this.#accounts.protocol.notAdmitted)) {
      commandStats.reject(command);
      return false;
    }
    commandStats.call(command, durationUs);
    if (error !== undefined) commandStats.fail(command);
    return true;
  }

  #endTrace(error: string | undefined): void {
    const { trace, others } = this.#traces[0]!;
    for (const traced of this.#traces) traced.others--;
    if (others > 0) return;
    this.#traces.shift();
    this.#traceCount--;
    trace.end(this.closed ? "the client is gone" : error);
  }

  #log(row: number, text: LentText, durationUs: number): void {
    this.#accounts.slowLog.add(durationUs, row, text, this.#client.remote, this.#session.name ?? "");
  }

  /** Row of a request that this node answers itself: of the command it names, where it got the stand-in of an error. */
  #rowOf(request: Request): number {
    const { command } = request;
    if (command.standIn) return (this.#accounts.protocol.meantBy(request)?.id ?? NO_ROW) | REJECTABLE;
    return command.routing === Routing.Refused ? command.id | REJECTABLE : command.id;
  }
}

function textOf(request: Request): LentText {
  const bytes = new Uint8Array(textRoom(request));
  return { bytes, start: 0, end: writeText(request, bytes, 0), argCount: request.argCount };
}
