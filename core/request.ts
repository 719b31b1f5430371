/**
 * A request as it travels from a client's socket to a replica, and the row of the command table it matched.
 *
 * Nothing here is allocated per request: a parser owns one `Request` and fills it again for every frame. Its bytes are
 * lent: they are the read buffer of a connection, valid until the call they were handed to returns. Whoever keeps
 * bytes copies them. Arguments are offsets relative to the frame's first byte, so that the buffer may move while a
 * frame is still arriving.
 */

import { ByteWriter, equalBytes } from "./bytes.ts";

export const Access = { None: 0, Read: 1, Write: 2 } as const;
export type Access = typeof Access[keyof typeof Access];

/** Where a command goes. */
export const Routing = {
  /** This node answers it by itself. */
  Local: 0,
  /** One key: the owner of its token in each rack. */
  Owner: 1,
  /** Several keys that must have the same owner, else the request is refused. */
  SameOwner: 2,
  /** Several keys, cut into one part for each owner; the replies of the parts are joined. */
  Split: 3,
  /** No key: every node (of the local rack to read, of the whole cluster to write); the replies are joined. */
  AllNodes: 4,
  /** Known, and not offered: answered with the reason. */
  Refused: 5,
} as const;
export type Routing = typeof Routing[keyof typeof Routing];

/** How far a request still has to go. */
export const Scope = {
  /** From a client: to every replica its level asks for. */
  Ring: 0,
  /** From another datacenter's coordinator: to the racks of this datacenter. */
  Datacenter: 1,
  /** From a coordinator: to this node's own store, whatever it owns. */
  Node: 2,
} as const;
export type Scope = typeof Scope[keyof typeof Scope];

/** How the replies of several parts or nodes become one. */
export const Join = {
  /** There is only ever one part. */
  None: 0,
  /** Array elements (or values) back in the order of the request's keys: MGET, memcached get. */
  KeyOrder: 1,
  /** Sum of integers: DEL, EXISTS, DBSIZE. */
  Sum: 2,
  /** The first error, else any reply: MSET, FLUSHALL, SCRIPT LOAD. */
  AllSucceeded: 3,
  /** Array elements one after the other: KEYS. */
  Concat: 4,
  /** The smallest integer: WAIT. */
  Min: 5,
  /** Element-wise minimum of arrays of 0 and 1: SCRIPT EXISTS. */
  And: 6,
  /** Any part that has something to say: RANDOMKEY. */
  AnyValue: 7,
  /** A cursor that walks node after node: SCAN. */
  Cursor: 8,
  /** The first good reply: SCRIPT KILL, FUNCTION KILL. */
  AnySucceeded: 9,
} as const;
export type Join = typeof Join[keyof typeof Join];

/** One row of a protocol's command table. */
export interface Command {
  /** Lower case; a subcommand as `container|sub`, e.g. `object|encoding`. */
  readonly name: string;
  /** Index of the row in `Protocol.commands`. */
  readonly id: number;
  readonly access: Access;
  readonly routing: Routing;
  readonly join: Join;
  /** The elements of its reply have no defined order (SMEMBERS, KEYS): replicas are compared as sets. */
  readonly unordered: boolean;
  /** Replicas that hold the same may answer differently (chance, time, a cursor): nothing to vote on, one is asked. */
  readonly varying?: boolean;
  /** No command: the row of an error that a request is answered with by itself. */
  readonly standIn?: boolean;
  /** Its own answer is a word (PING): looking at the clock would take longer. */
  readonly brief?: boolean;
  /** Why it is refused (Routing.Refused), as the protocol's error text without its prefix. */
  readonly refusal?: string;
}

export class Request {
  command: Command;
  /** Lent. The frame is `bytes[start, end)`. */
  bytes: Uint8Array;
  start = 0;
  end = 0;
  /** Arguments, the command's name included. */
  argCount = 0;
  /** Argument i is `bytes[start + offsets[2i], start + offsets[2i + 1])`. Replaced by a longer array when it must grow. */
  offsets: Int32Array = new Int32Array(32);
  /** Index of the argument that holds the first key; 0 when there is none. */
  keyArg = 0;
  /** `bytes[start + cutStart, start + cutEnd)` is not sent on (memcached's `noreply`): equal when there is nothing to cut. */
  cutStart = 0;
  cutEnd = 0;
  /** Which replies the client asked not to get: 0 for all are wanted, else a number only the protocol understands. */
  quiet = 0;
  /** Form of the reply the client wants; the protocol's own small number (RESP2 is 0, RESP3 is 1). */
  dialect = 0;
  /** How far it has to go from whoever gets it. A coordinator sets it anew for each replica it sends to. */
  scope: Scope = Scope.Ring;
  /** A number that stays the same for all requests of one client connection: a pool picks its link by it, which keeps their order. */
  affinity = 0;
  /** Who asked waits for the answer of a write that is put off, however long; else he is told so at once. */
  waits = true;

  constructor(command: Command) {
    this.command = command;
    this.bytes = NO_BYTES;
  }

  /** Becomes a copy of `other`, with bytes of its own in `memory`. */
  copyFrom(other: Request, memory: ByteWriter): void {
    memory.clear();
    memory.copy(other.bytes, other.start, other.end);
    const used = 2 * other.argCount;
    if (this.offsets.length < used) this.offsets = new Int32Array(other.offsets.length);
    for (let i = 0; i < used; i++) this.offsets[i] = other.offsets[i]!;
    this.command = other.command;
    this.bytes = memory.bytes;
    this.start = 0;
    this.end = memory.length;
    this.argCount = other.argCount;
    this.keyArg = other.keyArg;
    this.cutStart = other.cutStart;
    this.cutEnd = other.cutEnd;
    this.quiet = other.quiet;
    this.dialect = other.dialect;
    this.scope = other.scope;
    this.affinity = other.affinity;
    this.waits = other.waits;
  }

  /** Offset in `bytes` of the first byte of argument `index`. */
  argStart(index: number): number {
    return this.start + this.offsets[2 * index]!;
  }
  /** Offset in `bytes` behind the last byte of argument `index`. */
  argEnd(index: number): number {
    return this.start + this.offsets[2 * index + 1]!;
  }
  /** A view of argument `index`, lent like the rest. Not for the hot path. */
  arg(index: number): Uint8Array {
    return this.bytes.subarray(this.argStart(index), this.argEnd(index));
  }
  /** Gives back the room that an unusually long request needed. */
  forgetArgs(): void {
    this.argCount = 0;
    this.offsets = new Int32Array(32);
  }
  /** Remembers argument `index` (offsets relative to the frame). */
  setArg(index: number, from: number, to: number): void {
    if (2 * index + 1 >= this.offsets.length) {
      const grown = new Int32Array(this.offsets.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    this.offsets[2 * index] = from;
    this.offsets[2 * index + 1] = to;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Argument indexes of all keys of one request, in order. Reused. */
export class KeyList {
  args: Int32Array = new Int32Array(16);
  count = 0;

  clear(): void {
    this.count = 0;
  }
  add(arg: number): void {
    if (this.count === this.args.length) {
      const grown = new Int32Array(this.args.length * 2);
      grown.set(this.args);
      this.args = grown;
    }
    this.args[this.count++] = arg;
  }
}

/** Copies of the keys of one request, for whoever needs them when its bytes are gone. Reused. */
export class KeptKeys {
  readonly #bytes = new ByteWriter();
  #ends = new Int32Array(16);

  /** Forgets what it held, and copies these. */
  keep(request: Request, keys: KeyList): void {
    const out = this.#bytes;
    out.clear();
    if (this.#ends.length < keys.count) this.#ends = new Int32Array(keys.count * 2);
    for (let i = 0; i < keys.count; i++) {
      out.copy(request.bytes, request.argStart(keys.args[i]!), request.argEnd(keys.args[i]!));
      this.#ends[i] = out.length;
    }
  }
  /** Is key `index` equal to `bytes[start, end)`? */
  equals(index: number, bytes: Uint8Array, start: number, end: number): boolean {
    return equalBytes(
      this.#bytes.bytes,
      index === 0 ? 0 : this.#ends[index - 1]!,
      this.#ends[index]!,
      bytes,
      start,
      end,
    );
  }
}
