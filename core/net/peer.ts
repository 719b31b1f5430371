/**
 * Another node, as a replica: a pool of links that carry requests to it and its replies back. Its own requests come in over
 * links of its own (peer_listener.ts).
 *
 * A C Dynomite node closes a link over a request it does not know, with all that is on it; such a request is not sent to one.
 */
import type { PeerCodec } from "../peer_codec.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { Failure, FailureKind, type ReplySink } from "../reply.ts";
import type { Request } from "../request.ts";
import { formatAddress } from "../transport.ts";
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
  readonly #identity: PeerIdentity;
  readonly #protocol: Protocol;

  constructor(options: PeerOptions, protocol: Protocol, codec: PeerCodec, parts: UpstreamParts) {
    const { host, port, sameDatacenter, replyBytesMax } = options;
    const address = { kind: "tcp", host, port } as const;
    this.name = formatAddress(address);
    this.sameDatacenter = sameDatacenter;
    this.#protocol = protocol;
    const identity = this.#identity = { name: this.name, modern: false };
    this.pool = new UpstreamPool({
      ...options,
      address,
      preconnect: true,
      kind: {
        source: "Peer",
        dialects: ["dnode"],
        frame: () => new PeerFraming(codec, protocol, replyBytesMax, sameDatacenter, identity),
        slows: Slowed.Clients,
        patient: false,
      },
    }, parts);
  }

  get up(): boolean {
    return this.pool.up;
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

  send(request: Request, sink: ReplySink, target: number): void {
    if (!this.#identity.modern && this.pool.up && !this.#protocol.isClassic(request)) {
      const text = `C Dynomite at ${this.name} does not know ${request.command.name.replace("|", " ").toUpperCase()}`;
      return sink.onFailure(target, new Failure(FailureKind.State, "Peer", text));
    }
    this.pool.send(request, sink, target);
  }
}
