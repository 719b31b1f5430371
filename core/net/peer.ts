/**
 * Another node, as a replica: a pool of links that carry requests to it and its replies back. Its own requests come in over
 * links of its own (visitor.ts).
 *
 * A C Dynomite node closes a link over a request it does not know, with all that is on it; such a request is not sent to one.
 */
import type { GossipReceiver } from "../gossip_port.ts";
import type { HopStats } from "../hop_stats.ts";
import { kindOf, Kinds, type NodeState, nodeStates, refusalOf } from "../node_state.ts";
import type { PeerCodec } from "../peer_codec.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { Failure, FailureKind, type ReplySink } from "../reply.ts";
import type { Request } from "../request.ts";
import { formatAddress } from "../transport.ts";
import { UpstreamStats } from "../upstream_stats.ts";
import { writeGossip } from "./gossip_payload.ts";
import { PeerFraming, type PeerIdentity } from "./peer_framing.ts";
import { Slowed } from "./pressure.ts";
import type { UpstreamParts } from "./upstream_options.ts";
import { type LinkKind, UpstreamPool, type UpstreamPoolOptions } from "./upstream_pool.ts";

/** How long reads go elsewhere after a refusal. */
const REFUSED_MS = 1_000;

export interface PeerOptions extends Omit<UpstreamPoolOptions, "kind" | "address" | "preconnect"> {
  readonly host: string;
  readonly port: number;
  /** It is in this node's datacenter. */
  readonly sameDatacenter: boolean;
  /** Bounds one reply. */
  readonly replyBytesMax: number;
  /** Gets what its links measure. */
  readonly hop: HopStats;
}

export class Peer implements Replica {
  readonly name: string;
  readonly sameDatacenter: boolean;
  readonly pool: UpstreamPool;
  readonly #identity: PeerIdentity;
  readonly #protocol: Protocol;
  readonly #codec: PeerCodec;
  #down = false;
  #heldBack = false;
  #state: NodeState = "NORMAL";
  /** What is not sent to it, and the answer in its place. */
  #closedTo: Kinds = Kinds.None;
  #closed: Failure;
  /** Monotonic ms since which its refusal is remembered; undefined while there is none. */
  #refusedAt: number | undefined;

  constructor(
    options: PeerOptions,
    protocol: Protocol,
    codec: PeerCodec,
    parts: UpstreamParts,
    gossip?: GossipReceiver,
  ) {
    const { host, port, sameDatacenter, replyBytesMax } = options;
    const address = { kind: "tcp", host, port } as const;
    this.name = formatAddress(address);
    this.sameDatacenter = sameDatacenter;
    this.#protocol = protocol;
    this.#codec = codec;
    this.#closed = this.#failure("is down");
    const answer = (payload: Uint8Array) => void this.sendGossip(payload);
    const onGossip = gossip &&
      ((bytes: Uint8Array, start: number, end: number) => gossip.receive(bytes, start, end, answer));
    const identity = this.#identity = { name: this.name, modern: false, refuses: false };
    const kind: LinkKind = {
      source: "Peer",
      dialects: ["dnode"],
      frame: () => new PeerFraming(codec, protocol, replyBytesMax, sameDatacenter, identity, onGossip),
      slows: Slowed.Clients,
      patient: false,
      gathers: false,
    };
    const links = { ...options, address, preconnect: true, kind };
    this.pool = new UpstreamPool(links, parts, new UpstreamStats(), options.hop);
  }

  get up(): boolean {
    return !this.#down && !this.#heldBack && this.pool.up;
  }
  get avoid(): Kinds {
    const { avoid } = nodeStates[this.#state];
    return this.#identity.refuses ? (avoid | Kinds.Reads) as Kinds : avoid;
  }

  /** It is known to be down, whatever its links look like: nobody should wait for it. */
  get down(): boolean {
    return this.#down;
  }
  set down(down: boolean) {
    this.#down = down;
    this.#judge();
  }
  /** An operator wants nothing sent to it. */
  get heldBack(): boolean {
    return this.#heldBack;
  }
  set heldBack(heldBack: boolean) {
    this.#heldBack = heldBack;
    this.#judge();
  }
  /** What it says of itself; DOWN while nothing can be sent to it. */
  get state(): NodeState {
    return this.up ? this.#state : "DOWN";
  }
  set state(state: NodeState) {
    this.#state = state;
    this.#identity.refuses = false;
    this.#judge();
  }

  #judge(): void {
    const isOut = this.#down || this.#heldBack;
    this.#closedTo = isOut ? Kinds.All : nodeStates[this.#state].refuses;
    if (isOut) this.#closed = this.#failure(this.#heldBack ? "is taken out by the operator" : "is down");
    else if (this.#closedTo !== Kinds.None) this.#closed = refusalOf(this.name, this.#state);
  }
  #failure(what: string): Failure {
    return new Failure(FailureKind.NotConnected, "Peer", `Peer Node ${what} (${this.name})`);
  }
  /** Only one that is there: who is away sends no reply of any form. */
  get plain(): boolean {
    return !this.#identity.modern && this.pool.up;
  }
  /** Settles when each link was tried once. */
  start(): Promise<void> {
    return this.pool.start();
  }
  close(): Promise<void> {
    return this.pool.close();
  }

  /** Forgets a refusal that is old: without gossip only another request tells whether its state is still the same. */
  sweep(now: number): void {
    const identity = this.#identity;
    if (!identity.refuses) this.#refusedAt = undefined;
    else if (now - (this.#refusedAt ??= now) >= REFUSED_MS) identity.refuses = false;
  }

  /** Gives up its links with all that is on them, and makes new ones. */
  reset(): void {
    this.#identity.refuses = false;
    this.pool.reset();
  }

  /** Sends gossip; false when it cannot be sent now, or must not: C Dynomite gets none. */
  sendGossip(payload: Uint8Array): boolean {
    return this.#identity.modern && this.pool.sendAside((out) => writeGossip(this.#codec, payload, out));
  }

  send(request: Request, sink: ReplySink, target: number): void {
    if (this.#closedTo !== Kinds.None && (this.#closedTo & kindOf(request.command.access)) !== 0) {
      return sink.onFailure(target, this.#closed);
    }
    if (!this.#identity.modern && this.pool.up && !this.#protocol.isClassic(request)) {
      const text = `C Dynomite at ${this.name} does not know ${request.command.name.replace("|", " ").toUpperCase()}`;
      return sink.onFailure(target, new Failure(FailureKind.State, "Peer", text));
    }
    this.pool.send(request, sink, target);
  }
}
