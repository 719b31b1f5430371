/**
 * Another node, as a replica: a pool of links that carry requests to it and its replies back. Its own requests come in over
 * links of its own (visitor.ts).
 *
 * A C Dynomite node closes a link over a request it does not know, with all that is on it; such a request is not sent to one.
 */
import type { GossipReceiver } from "../gossip_port.ts";
import type { PeerCodec } from "../peer_codec.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { Failure, FailureKind, type ReplySink } from "../reply.ts";
import type { Request } from "../request.ts";
import { formatAddress } from "../transport.ts";
import { writeGossip } from "./gossip_payload.ts";
import { PeerFraming, type PeerIdentity } from "./peer_framing.ts";
import { Slowed } from "./pressure.ts";
import type { UpstreamParts } from "./upstream_connection.ts";
import { UpstreamPool, type UpstreamPoolOptions } from "./upstream_pool.ts";

export interface PeerOptions extends Omit<UpstreamPoolOptions, "kind" | "address" | "preconnect"> {
  readonly host: string;
  readonly port: number;
  /** It is in this node's datacenter. */
  readonly sameDatacenter: boolean;
  /** Bounds one reply. */
  readonly replyBytesMax: number;
}

export class Peer implements Replica {
  readonly name: string;
  readonly sameDatacenter: boolean;
  readonly pool: UpstreamPool;
  /** It is known to be down, whatever its links look like: nobody should wait for it. */
  down = false;
  readonly #identity: PeerIdentity;
  readonly #protocol: Protocol;
  readonly #codec: PeerCodec;
  readonly #knownDown: Failure;

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
    this.#knownDown = new Failure(FailureKind.NotConnected, "Peer", `Peer Node is down (${this.name})`);
    const answer = (payload: Uint8Array) => void this.sendGossip(payload);
    const onGossip = gossip &&
      ((bytes: Uint8Array, start: number, end: number) => gossip.receive(bytes, start, end, answer));
    const identity = this.#identity = { name: this.name, modern: false };
    this.pool = new UpstreamPool({
      ...options,
      address,
      preconnect: true,
      kind: {
        source: "Peer",
        dialects: ["dnode"],
        frame: () => new PeerFraming(codec, protocol, replyBytesMax, sameDatacenter, identity, onGossip),
        slows: Slowed.Clients,
        patient: false,
      },
    }, parts);
  }

  get up(): boolean {
    return !this.down && this.pool.up;
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

  /** Sends gossip; false when it cannot be sent now, or must not: C Dynomite gets none. */
  sendGossip(payload: Uint8Array): boolean {
    return this.#identity.modern && this.pool.sendAside((out) => writeGossip(this.#codec, payload, out));
  }

  send(request: Request, sink: ReplySink, target: number): void {
    if (this.down) return sink.onFailure(target, this.#knownDown);
    if (!this.#identity.modern && this.pool.up && !this.#protocol.isClassic(request)) {
      const text = `C Dynomite at ${this.name} does not know ${request.command.name.replace("|", " ").toUpperCase()}`;
      return sink.onFailure(target, new Failure(FailureKind.State, "Peer", text));
    }
    this.pool.send(request, sink, target);
  }
}
