/**
 * A network in memory, owned by the test: connections are pairs of bounded pipes, and nothing takes time unless the test
 * says so. What a real network does and a simple fake would not:
 *
 * - reads and writes are partial, by sizes drawn from a seed;
 * - a pipe that is full makes its writer wait until the reader takes something;
 * - bytes lent to a read or write that has not settled must be left alone: a change is an error here;
 * - an address can refuse, or never answer; a link can be broken, or fall silent.
 *
 *     const network = new MemoryNetwork({ random: new SeededRandom(7) });
 *     const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
 *     const near = await network.connect(listener.address, 1000);
 *     const far = await listener.accept();
 */
import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import { type Address, type Connection, formatAddress, type Listener, type Transport } from "../../core/transport.ts";

export interface MemoryNetworkOptions {
  /** Sizes of partial reads and writes; without it they are as large as they can be. */
  readonly random?: Random;
  /** Bytes on their way in one direction. */
  readonly capacityBytes?: number;
  /** For connect timeouts and delays; without it nothing may be delayed, and `unreachable` waits for ever. */
  readonly clock?: Clock;
  /** Ms until written bytes can be read. */
  readonly delayMs?: number;
  /** Up to so many ms more, by chance. Bytes keep their order. */
  readonly jitterMs?: number;
}

export class MemoryNetwork implements Transport {
  /** Every connection made so far: the end that connected, then the end that was accepted. */
  readonly links: { readonly near: MemoryConnection; readonly far: MemoryConnection }[] = [];
  /** Calls of `connect` so far. */
  connects = 0;
  readonly #options: MemoryNetworkOptions;
  readonly #listeners = new Map<string, MemoryListener>();
  readonly #refused = new Map<string, string>();
  readonly #unreachable = new Set<string>();
  #nextPort = 49152;

  constructor(options: MemoryNetworkOptions = {}) {
    this.#options = options;
  }

  listen(address: Address): MemoryListener {
    const bound = address.kind === "tcp" && address.port === 0 ? { ...address, port: this.#nextPort++ } : address;
    const name = formatAddress(bound);
    if (this.#listeners.has(name)) throw new Error(`address already in use: ${name}`);
    const listener = new MemoryListener(bound, () => this.#listeners.delete(name));
    this.#listeners.set(name, listener);
    return listener;
  }

  async connect(address: Address, timeoutMs: number): Promise<MemoryConnection> {
    const name = formatAddress(address);
    this.connects++;
    await Promise.resolve();
    if (this.#unreachable.has(name)) await this.#timeOut(timeoutMs);
    const refusal = this.#refused.get(name);
    if (refusal !== undefined) throw new Error(refusal);
    const listener = this.#listeners.get(name);
    if (listener === undefined) throw new Error(`connection refused: ${name}`);
    const from = address.kind === "tcp" ? `${address.host}:${this.#nextPort++}` : address.path;
    const there = new Pipe(this.#options);
    const back = new Pipe(this.#options);
    const near = new MemoryConnection(back, there, from, name);
    const far = new MemoryConnection(there, back, name, from);
    this.links.push({ near, far });
    listener.arrive(far);
    return near;
  }

  /** From now on `connect` to this address fails with `problem`. */
  refuse(address: Address, problem = "connection refused"): void {
    this.#refused.set(formatAddress(address), problem);
  }
  /** From now on `connect` to this address gets no answer. */
  unreachable(address: Address): void {
    this.#unreachable.add(formatAddress(address));
  }
  /** Ends `refuse` and `unreachable`. */
  restore(address: Address): void {
    this.#refused.delete(formatAddress(address));
    this.#unreachable.delete(formatAddress(address));
  }

  #timeOut(timeoutMs: number): Promise<never> {
    return new Promise((_, reject) => {
      this.#options.clock?.after(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)));
    });
  }
}

export class MemoryListener implements Listener {
  readonly #waiting: MemoryConnection[] = [];
  readonly #release: () => void;
  #accepting: PromiseWithResolvers<Connection> | undefined;
  #faults: string[] = [];
  #closed = false;

  constructor(readonly address: Address, release: () => void) {
    this.#release = release;
  }

  accept(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new Error("the listener is closed"));
    if (this.#accepting !== undefined) return Promise.reject(new Error("accept is called while another one waits"));
    const fault = this.#faults.shift();
    if (fault !== undefined) return Promise.reject(new Error(fault));
    const arrived = this.#waiting.shift();
    if (arrived !== undefined) return Promise.resolve(arrived);
    this.#accepting = Promise.withResolvers();
    return this.#accepting.promise;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
    for (const connection of this.#waiting) connection.break("connection reset");
    this.#accepting?.reject(new Error("the listener is closed"));
    this.#accepting = undefined;
  }

  /** The accept that waits, or else the next one, fails with `problem`. */
  fail(problem: string): void {
    const accepting = this.#accepting;
    if (accepting === undefined) return void this.#faults.push(problem);
    this.#accepting = undefined;
    accepting.reject(new Error(problem));
  }

  /** A connection for the next accept. */
  arrive(connection: MemoryConnection): void {
    const accepting = this.#accepting;
    if (accepting === undefined) return void this.#waiting.push(connection);
    this.#accepting = undefined;
    accepting.resolve(connection);
  }
}

export class MemoryConnection implements Connection {
  /** Calls that were made. */
  reads = 0;
  writes = 0;
  closed = false;
  #pauses = 0;
  readonly #in: Pipe;
  readonly #out: Pipe;

  constructor(input: Pipe, output: Pipe, readonly local: string, readonly remote: string) {
    this.#in = input;
    this.#out = output;
  }

  /** Bytes written by this end that the other has not read yet. */
  get unreadBytes(): number {
    return this.#out.heldBytes;
  }
  /** Is a read, or a write, waiting? */
  get reading(): boolean {
    return this.#in.reading;
  }
  get writing(): boolean {
    return this.#out.writing;
  }

  read(into: Uint8Array): Promise<number | null> {
    this.reads++;
    return this.#in.read(into);
  }
  write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    return this.#out.write(bytes);
  }
  closeWrite(): Promise<void> {
    this.#out.end();
    return Promise.resolve();
  }
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#in.closeReader();
    this.#out.closeWriter();
  }

  /** The network fails: both ends get an error at their pending and next reads and writes, and unread bytes are lost. */
  break(problem = "connection reset"): void {
    this.#in.break(problem);
    this.#out.break(problem);
  }
  /** What this end has written or will write does not arrive until as many calls of `resume`: the link is there, and silent. */
  pause(): void {
    this.#pauses++;
    this.#out.paused = true;
  }
  resume(): void {
    if (this.#pauses === 0 || --this.#pauses > 0) return;
    this.#out.paused = false;
    this.#out.pump();
  }
}

/** Of a buffer that is being read into: so much is held against later changes. */
const WATCHED_BYTES = 4096;

interface PendingRead {
  readonly into: Uint8Array;
  readonly before: Uint8Array;
  readonly settle: PromiseWithResolvers<number | null>;
}
interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly before: Uint8Array;
  readonly settle: PromiseWithResolvers<number>;
}

/** One direction: a bounded queue of bytes with one reader and one writer. */
class Pipe {
  paused = false;
  readonly #options: MemoryNetworkOptions;
  readonly #capacity: number;
  #bytes = new Uint8Array(0);
  /** Of `#bytes`, those that have arrived; the rest is delayed. */
  #arrived = 0;
  #read: PendingRead | undefined;
  #write: PendingWrite | undefined;
  #ended = false;
  #endArrived = false;
  #readerProblem = "";
  #writerProblem = "";
  #pumping = false;

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
    this.#capacity = options.capacityBytes ?? 64 * 1024;
  }

  get heldBytes(): number {
    return this.#bytes.length;
  }
  get reading(): boolean {
    return this.#read !== undefined;
  }
  get writing(): boolean {
    return this.#write !== undefined;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (into.length === 0) throw new Error("read into an empty buffer");
    if (this.#read !== undefined) throw new Error("two reads at a time");
    this.#read = { into, before: into.slice(0, WATCHED_BYTES), settle: Promise.withResolvers() };
    const { promise } = this.#read.settle;
    this.#pumpSoon();
    return promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (bytes.length === 0) throw new Error("write of no bytes");
    if (this.#write !== undefined) throw new Error("two writes at a time");
    this.#write = { bytes, before: bytes.slice(), settle: Promise.withResolvers() };
    const { promise } = this.#write.settle;
    this.#pumpSoon();
    return promise;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#later(() => this.#endArrived = true);
  }

  /** The writer is gone: what it wrote still arrives, then the end. */
  closeWriter(): void {
    this.#writerProblem ||= "the connection is closed";
    this.#failWrite();
    this.end();
  }
  /** The reader is gone. */
  closeReader(): void {
    this.#readerProblem ||= "the connection is closed";
    this.#writerProblem ||= "broken pipe";
    this.#bytes = new Uint8Array(0);
    this.#failRead();
    this.#failWrite();
  }
  break(problem: string): void {
    this.#readerProblem ||= problem;
    this.#writerProblem ||= problem;
    this.#bytes = new Uint8Array(0);
    this.#failRead();
    this.#failWrite();
  }

  /** Moves what can move. */
  pump(): void {
    this.#pumping = false;
    if (this.#readerProblem !== "") this.#failRead();
    if (this.#writerProblem !== "") this.#failWrite();
    this.#take();
    this.#give();
    this.#take();
  }

  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => this.pump());
  }

  /** From the writer, as far as there is room. */
  #take(): void {
    const write = this.#write;
    const room = this.#capacity - this.#bytes.length;
    if (write === undefined || room <= 0) return;
    this.#write = undefined;
    if (!same(write.bytes, write.before)) {
      return write.settle.reject(new Error("the bytes of a write changed before it settled"));
    }
    const count = this.#some(Math.min(room, write.bytes.length));
    const joined = new Uint8Array(this.#bytes.length + count);
    joined.set(this.#bytes);
    joined.set(write.bytes.subarray(0, count), this.#bytes.length);
    this.#bytes = joined;
    this.#later(() => this.#arrived += count);
    write.settle.resolve(count);
  }

  /** To the reader, as far as bytes have arrived. */
  #give(): void {
    const read = this.#read;
    if (read === undefined || this.paused) return;
    const available = Math.min(this.#arrived, this.#bytes.length);
    if (available === 0) {
      if (!this.#endArrived || this.#bytes.length > 0) return;
      this.#read = undefined;
      return read.settle.resolve(null);
    }
    this.#read = undefined;
    if (!same(read.into.subarray(0, WATCHED_BYTES), read.before)) {
      return read.settle.reject(new Error("the buffer of a read changed before it settled"));
    }
    const count = this.#some(Math.min(available, read.into.length));
    read.into.set(this.#bytes.subarray(0, count));
    this.#bytes = this.#bytes.slice(count);
    this.#arrived -= count;
    read.settle.resolve(count);
  }

  #later(effect: () => void): void {
    const { clock, random, delayMs = 0, jitterMs = 0 } = this.#options;
    if (delayMs + jitterMs === 0 || clock === undefined) {
      effect();
      this.#pumpSoon();
      return;
    }
    const jitter = jitterMs === 0 || random === undefined ? 0 : random.below(jitterMs + 1);
    clock.after(delayMs + jitter, () => {
      effect();
      this.pump();
    });
  }

  /** 1 to `most`: small ones often, since they find the errors, and all of it now and then. */
  #some(most: number): number {
    const { random } = this.#options;
    if (random === undefined) return most;
    const shape = random.below(4);
    if (shape === 0) return most;
    return 1 + random.below(shape === 1 ? Math.min(most, 3) : most);
  }

  #failRead(): void {
    this.#read?.settle.reject(new Error(this.#readerProblem));
    this.#read = undefined;
  }
  #failWrite(): void {
    this.#write?.settle.reject(new Error(this.#writerProblem));
    this.#write = undefined;
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
