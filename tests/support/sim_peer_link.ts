/** A hand on a node's peer port in the simulated network: sends bytes as they are, keeps all that comes back. */
import type { Connection } from "../../core/transport.ts";
import { fromLatin1, latin1 } from "./resp_value.ts";
import type { SimCluster } from "./sim_cluster.ts";

/** Simulated ms in which a node has done what it does about the bytes it got. */
const REACTION_MS = 20;

/** A message with a payload, as C Dynomite (version 1) or a node of this program (2) writes it. */
export function message(
  id: number | bigint,
  type: number,
  payload: string,
  { version = 1, sameDatacenter = true, data = "d" } = {},
): string {
  return `   $2014$ ${id} ${type} 0 ${version} ${sameDatacenter ? 1 : 0} *1 ${data} *${payload.length}\r\n${payload}`;
}

export class SimPeerLink {
  /** All that came, one character for each byte. */
  received = "";
  /** The node has closed it. */
  ended = false;
  readonly #connection: Connection;
  readonly #cluster: SimCluster;

  private constructor(cluster: SimCluster, connection: Connection) {
    this.#cluster = cluster;
    this.#connection = connection;
    this.#read();
  }

  /** Opens one to node `index`. */
  static async open(cluster: SimCluster, index: number): Promise<SimPeerLink> {
    const address = { kind: "tcp", host: `10.0.0.${index + 1}`, port: 8101 } as const;
    return new SimPeerLink(cluster, await cluster.network.connect(address, 1000));
  }

  /** Sends text as bytes, and returns what came until the node had reacted. */
  async send(text: string): Promise<string> {
    const before = this.received.length;
    const bytes = fromLatin1(text);
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
    } catch {
      // The node has closed it.
    }
    await this.#cluster.clock.run(REACTION_MS);
    return this.received.slice(before);
  }

  /** Ends this direction: the node reads the end of the stream. */
  async end(): Promise<void> {
    await this.#connection.closeWrite();
    await this.#cluster.clock.run(REACTION_MS);
  }

  close(): void {
    this.#connection.close();
  }
  [Symbol.dispose](): void {
    this.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (
        let count = await this.#connection.read(buffer);
        count !== null;
        count = await this.#connection.read(buffer)
      ) {
        this.received += latin1(buffer.subarray(0, count));
      }
    } catch {
      // It is closed.
    }
    this.ended = true;
  }
}
