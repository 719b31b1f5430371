/**
 * A request that went out in several parts: the slot in its client's queue, and the parent of its parts' coordinators.
 * When the last part has answered the protocol joins the answers into one.
 */
import { ByteWriter } from "../bytes.ts";
import type { Pool } from "../pool.ts";
import type { Protocol } from "../protocol.ts";
import { type FailureKind, Reply, ReplyKind } from "../reply.ts";
import type { ReplyQueue, Slot } from "../reply_queue.ts";
import type { Parent } from "../replication/response_coordinator.ts";
import { Join, KeptKeys } from "../request.ts";
import { cursorAfter, type ScanStep } from "./scan_cursor.ts";

/** Room for so many keys is kept for the next request. */
const KEPT_KEYS = 1024;

export class JoinedReply implements Slot, Parent {
  ready = false;
  /** Which part each key went to: filled by the splitter before the parts are sent. */
  partOf = new Int32Array(16);
  keyCount = 0;
  /** The keys themselves, filled by the splitter if the protocol joins by them. */
  readonly keys = new KeptKeys();
  readonly #protocol: Protocol;
  readonly #pool: Pool<JoinedReply>;
  readonly #joined = new ByteWriter();
  readonly #parts: Reply[] = [];
  #queue: ReplyQueue | undefined;
  #join: Join = Join.None;
  #dialect = 0;
  #quiet = 0;
  #waiting = 0;
  #step: ScanStep | undefined;
  /** Why some part has no answer. */
  #failure: FailureKind | undefined;

  constructor(protocol: Protocol, pool: Pool<JoinedReply>) {
    this.#protocol = protocol;
    this.#pool = pool;
  }

  /** Takes its place in the queue and waits for `partCount` answers. */
  begin(queue: ReplyQueue, join: Join, partCount: number, dialect: number, quiet: number): void {
    this.#queue = queue;
    this.#join = join;
    this.#dialect = dialect;
    this.#quiet = quiet;
    this.#waiting = partCount;
    this.#parts.length = partCount;
    this.ready = false;
    queue.push(this);
  }

  /** Waits for the answer of one step of a scan, whose cursor it turns into the walk's own. */
  beginScan(queue: ReplyQueue, step: ScanStep, dialect: number): void {
    this.begin(queue, Join.Cursor, 1, dialect, 0);
    this.#step = step;
  }

  onPart(index: number, bytes: Uint8Array, start: number, end: number, kind: ReplyKind): void {
    this.#parts[index] = new Reply().set(bytes.slice(start, end), 0, end - start, kind);
    if (--this.#waiting > 0) return;
    const out = this.#joined;
    out.clear();
    if (this.#queue !== undefined) {
      const step = this.#step;
      if (step === undefined) {
        this.#protocol.joinParts(this.#join, this.#parts, this.partOf, this.keyCount, this.#dialect, out, this.keys);
      } else if (this.#parts[0]!.kind === ReplyKind.Error) {
        out.copy(this.#parts[0]!.bytes);
      } else {
        this.#protocol.scan!.writeReply(this.#parts[0]!, (cursor) => cursorAfter(step, cursor), out);
      }
      if (this.#quiet !== 0 && this.#isSuppressed(out)) out.clear();
    }
    this.#deliver();
  }

  failed(kind: FailureKind): void {
    this.#failure ??= kind;
  }

  emitTo(queue: ReplyQueue): void {
    queue.emit(this.#joined.bytes, 0, this.#joined.length);
    this.#leave();
  }

  abandon(): void {
    this.#queue = undefined;
    if (this.ready) this.#leave();
  }

  #deliver(): void {
    const queue = this.#queue;
    if (queue === undefined) return this.#leave();
    if (this.#failure !== undefined && this.#isError) queue.failed(this.#failure);
    if (!queue.isFirst(this)) {
      this.ready = true;
      return;
    }
    queue.emit(this.#joined.bytes, 0, this.#joined.length);
    this.#leave();
    queue.advance();
  }

  get #isError(): boolean {
    const failed = this.#parts.filter((part) => part.kind === ReplyKind.Error).length;
    return this.#join === Join.AnySucceeded ? failed === this.#parts.length : failed > 0;
  }

  #isSuppressed(out: ByteWriter): boolean {
    const kind = this.#isError ? ReplyKind.Error : ReplyKind.Value;
    return this.#protocol.isSuppressed(this.#quiet, new Reply().set(out.bytes, 0, out.length, kind));
  }

  #leave(): void {
    this.ready = false;
    this.#queue = undefined;
    this.#step = undefined;
    this.#failure = undefined;
    this.#parts.length = 0;
    if (this.#joined.bytes.length > 64 * 1024) this.#joined.bytes = new Uint8Array(0);
    if (this.partOf.length > KEPT_KEYS) this.partOf = new Int32Array(16);
    this.#pool.give(this);
  }
}
