/**
 * The links to one engine or peer. An engine has `size` of them for each dialect of the protocol, because it types its replies
 * per link: a RESP3 client's requests go over RESP3 links and their replies pass through untouched; converting would mean knowing
 * the reply type of every command and option, and would cost every request. A peer has one kind; the envelope says the dialect.
 *
 * A client sticks to one link, so its own writes keep their order. Where that one is down another serves, and goes on to serve
 * until nothing is outstanding on it: a request must not overtake those before it.
 *
 * `failureMax` failures in a row (refused, lost, late) eject it: its requests fail at once instead of each waiting for its
 * timeout. Any byte from it ends that; where it has links they ask for one every `retryAfterMs`, so that no client's request
 * has to find out.
 */
import type { ByteWriter } from "../bytes.ts";
import type { Credentials, Protocol } from "../protocol.ts";
import { Failure, FailureKind, type FailureSource, type ReplySink } from "../reply.ts";
import type { HopStats } from "../hop_stats.ts";
import type { Request } from "../request.ts";
import { formatAddress } from "../transport.ts";
import { type QueueGauges, sumQueues, type UpstreamStats } from "../upstream_stats.ts";
import { Slowed } from "./pressure.ts";
import { EngineFraming, linkFailures, type LinkFraming } from "./link_framing.ts";
import { UpstreamConnection } from "./upstream_connection.ts";
import type { Link, LinkEnding, UpstreamObserver } from "./upstream_observer.ts";
import type { UpstreamOptions, UpstreamParts } from "./upstream_options.ts";

/** What sort of other side the links lead to. */
export interface LinkKind {
  /** `Storage` or `Peer`: how failures call it. */
  readonly source: FailureSource;
  /** One kind of link for each; a request takes the one of its own dialect, or the only one. */
  readonly dialects: readonly string[];
  /** How one link of this dialect speaks. */
  frame(dialect: number): LinkFraming;
  readonly slows: Slowed;
  readonly patient: boolean;
  readonly gathers: boolean;
}

/** An engine that speaks `protocol`. `replyBytesMax` bounds one reply. */
export function engineLinks(protocol: Protocol, credentials: Credentials, replyBytesMax: number): LinkKind {
  return {
    source: "Storage",
    dialects: protocol.dialects,
    frame: (dialect) => new EngineFraming(protocol, replyBytesMax, protocol.greeting(dialect, credentials)),
    slows: Slowed.Everybody,
    patient: true,
    gathers: true,
  };
}

export interface UpstreamPoolOptions
  extends
    Omit<UpstreamOptions, "dialect" | "framing" | "failures" | "slows" | "patient" | "gathers" | "stats" | "hop"> {
  readonly kind: LinkKind;
  /** Open the links at the start; else each with its first request. */
  readonly preconnect: boolean;
  /** Links per dialect. */
  readonly size: number;
  readonly autoEject: boolean;
  readonly failureMax: number;
  readonly retryAfterMs: number;
}

const SWEEP_MS_MAX = 100;
/** Why a link ended that an operator wanted anew. */
const RESET = "reset by an operator";

export class UpstreamPool implements UpstreamObserver {
  readonly name: string;
  readonly stats: UpstreamStats;
  readonly #options: UpstreamPoolOptions;
  readonly #parts: UpstreamParts;
  /** By dialect. */
  readonly #links: UpstreamConnection[][];
  /** By dialect and place in `#links`: the link that serves the clients of that place now. */
  readonly #serving: UpstreamConnection[][];
  /** Every link, also those of a dialect that turned out not to be spoken: one of them may still be trying. */
  readonly #all: readonly UpstreamConnection[];
  readonly #noun: string;
  readonly #down: Failure;
  readonly #ejected: Failure;
  /** Why a link last ended, could not be opened, or got no answer in time; undefined for never. */
  lastError: string | undefined;
  /** When a byte last came, monotonic ms; -Infinity for never. */
  lastHeardAt = -Infinity;
  /** For one reply; 0 waits without end. */
  #timeoutMs: number;
  #failures = 0;
  #toldAway = false;
  #isEjected = false;
  /** Of an ejected one: when it is asked for a sign of life. */
  #askAt = 0;
  #stopSweep: (() => void) | undefined;

  /** `stats` and `hop` get what its links count and measure. */
  constructor(options: UpstreamPoolOptions, parts: UpstreamParts, stats: UpstreamStats, hop: HopStats) {
    this.stats = stats;
    this.#options = options;
    this.#parts = parts;
    this.#timeoutMs = options.timeoutMs;
    this.name = formatAddress(options.address);
    const { kind } = options;
    const failures = linkFailures(kind.source, this.name, options.timeoutMs);
    const { slows, patient, gathers } = kind;
    this.#noun = kind.source === "Storage" ? "datastore" : "peer";
    this.#links = kind.dialects.map((_, dialect) =>
      Array.from({ length: options.size }, () => {
        const framing = kind.frame(dialect);
        const link = { ...options, dialect, framing, failures, slows, patient, gathers, stats, hop };
        return new UpstreamConnection(link, parts, this);
      })
    );
    this.#serving = this.#links.map((links) => [...links]);
    this.#all = this.#links.flat();
    const noun = kind.source === "Storage" ? "Datastore" : "Peer Node";
    this.#down = new Failure(FailureKind.NotConnected, kind.source, `${noun} refused connection (${this.name})`);
    this.#ejected = new Failure(
      FailureKind.NotConnected,
      kind.source,
      `${noun} ejected after ${options.failureMax} failures in a row, tried again within ${options.retryAfterMs} ms (${this.name})`,
    );
  }

  /** Is there a link, and is the engine not ejected? */
  get up(): boolean {
    return !this.#isEjected && this.#links[0]!.some((link) => link.usable);
  }
  get links(): readonly (readonly UpstreamConnection[])[] {
    return this.#links;
  }

  /** What waits now. */
  queues(): QueueGauges {
    return sumQueues(this.#all.map((link) => link.queues()));
  }
  /** No link waits for a reply. */
  get idle(): boolean {
    return this.#all.every((link) => link.pendingRequests === 0);
  }

  /** Replies may take `factor` times as long as was configured, also those that are waited for already. */
  stretchTimeout(factor: number): void {
    this.#timeoutMs = this.#options.timeoutMs * factor;
    const failures = linkFailures(this.#options.kind.source, this.name, this.#timeoutMs);
    for (const link of this.#all) link.setTimeout(this.#timeoutMs, failures);
  }

  /** Opens every link; settles when each was tried once. */
  async start(): Promise<void> {
    const { timeoutMs } = this.#options;
    const periodMs = timeoutMs > 0 ? Math.max(5, Math.min(SWEEP_MS_MAX, timeoutMs / 4)) : SWEEP_MS_MAX;
    this.#stopSweep = this.#parts.clock.every(periodMs, () => this.#sweep());
    if (!this.#options.preconnect) return;
    await Promise.all(this.#all.map((link) => link.start()));
  }

  async close(): Promise<void> {
    this.#stopSweep?.();
    await Promise.all(this.#all.map((link) => link.close()));
  }

  send(request: Request, sink: ReplySink, target: number): void {
    if (this.#isEjected) return sink.onFailure(target, this.#ejected);
    const dialect = this.#links.length === 1 ? 0 : request.dialect;
    const links = this.#links[dialect]!;
    const index = request.affinity % links.length;
    const own = links[index]!;
    let link = this.#serving[dialect]![index]!;
    if (!link.usable || (link !== own && own.usable && link.pendingRequests === 0)) {
      const other = own.usable ? own : links.find((candidate) => candidate.usable);
      if (other === undefined) return sink.onFailure(target, this.#down);
      this.#serving[dialect]![index] = link = other;
    }
    link.send(request, sink, target);
  }

  /** When a byte last came over a link that is up; -Infinity when none is. */
  get heardAt(): number {
    return this.#all.reduce((latest, link) => Math.max(latest, link.heardAt), -Infinity);
  }

  /** The other side is said to be back: links that are down try to connect now. */
  hurry(): void {
    for (const link of this.#all) link.hurry();
  }

  /** Every link is given up with what is on it, and made anew at once; that is nobody's failure. */
  reset(): void {
    for (const link of this.#all) link.reset(RESET);
    this.onAlive();
  }

  /** Writes something beside the requests to one link. False when none can take it. */
  sendAside(write: (out: ByteWriter) => void): boolean {
    return this.#links[0]!.some((link) => link.sendAside(write));
  }

  onAlive(): void {
    this.lastHeardAt = this.#parts.turn.now;
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#isEjected = false;
  }
  onUp(link: Link): void {
    this.onAlive();
    const { logger } = this.#parts;
    const facts = { [this.#noun]: this.name, dialect: this.#options.kind.dialects[link.dialect] };
    // Whoever was told that it is away is told that it is back.
    if (this.#toldAway) logger.notice(`${this.#noun} {${this.#noun}}: connected again ({dialect})`, facts);
    else logger.info(`${this.#noun} {${this.#noun}}: connected ({dialect})`, facts);
    this.#toldAway = false;
  }
  onDown(_link: Link, reason: string, ending: LinkEnding): void {
    if (reason === RESET) return;
    if (ending === "eof") this.stats.server_eof++;
    else if (ending === "timeout") this.stats.server_timedout++;
    else this.stats.server_err++;
    this.stats.server_ejected_at = this.#parts.clock.wall();
    this.lastError = reason;
    if (this.#failures === 0) {
      this.#toldAway = true;
      const facts = { [this.#noun]: this.name, reason };
      this.#parts.logger.warn(`${this.#noun} {${this.#noun}}: {reason}; connecting again`, facts);
    }
    this.#failed(1);
  }
  onTimeouts(count: number, silent: boolean): void {
    this.stats.server_timedout_requests += count;
    if (count > 0) this.lastError = `no answer within ${this.#timeoutMs} ms`;
    // An engine that is late but talks is busy, not away.
    if (silent) this.#failed(count);
  }
  onDropped(count: number): void {
    this.stats.server_dropped_requests += count;
  }
  onUnsupported(link: Link, problem: string): void {
    this.#links[link.dialect] = this.#links[0]!;
    this.#serving[link.dialect] = this.#serving[0]!;
    const [older, newer] = [this.#options.kind.dialects[0], this.#options.kind.dialects[link.dialect]];
    this.#parts.logger.notice(
      `${this.#noun} {${this.#noun}} does not speak {newer} ({reason}): its clients get {older} replies`,
      { [this.#noun]: this.name, newer, older, reason: problem },
    );
  }

  #failed(count: number): void {
    this.#failures += count;
    const { autoEject, failureMax, retryAfterMs } = this.#options;
    if (!autoEject || this.#failures < failureMax || this.#isEjected) return;
    this.#isEjected = true;
    this.#askAt = this.#parts.clock.now() + retryAfterMs;
    this.stats.server_ejects++;
    this.#parts.logger.warn(
      `${this.#noun} {${this.#noun}}: ejected after {failures} failures in a row, tried again every {ms} ms; requests do ` +
        "not wait for it until it answers",
      { [this.#noun]: this.name, failures: this.#failures, ms: retryAfterMs },
    );
  }

  #sweep(): void {
    const now = this.#parts.clock.now();
    this.#parts.turn.begin();
    for (const link of this.#all) link.sweep(now);
    if (!this.#isEjected || now < this.#askAt) return;
    this.#askAt = now + this.#options.retryAfterMs;
    for (const link of this.#all) link.probe(now);
  }
}
