/**
 * One machine of a simulated cluster: a node's network, which can fail as a machine does.
 *
 * - `crash`: every connection breaks and ports close. What the node still does reaches nobody.
 * - `freeze` and `thaw`: the machine is there and silent; connections stay, nothing arrives or leaves (SIGSTOP).
 * - `cut` and `heal`: the links to one other machine, seen from this one. Both machines are told.
 */
import { type Address, type Connection, formatAddress, type Listener, type Transport } from "../../core/transport.ts";
import type { MemoryConnection, MemoryNetwork } from "./memory_transport.ts";

export class SimHost implements Transport {
  readonly #network: MemoryNetwork;
  readonly #name: string;
  readonly #connections = new Set<MemoryConnection>();
  readonly #listeners = new Set<Listener>();
  /** Names of the machines it cannot reach. */
  readonly #cut = new Set<string>();
  #crashed = false;
  #frozen = false;

  /** `name` is its address: what it listens on begins with it. */
  constructor(name: string, network: MemoryNetwork) {
    this.#name = name;
    this.#network = network;
  }

  async listen(address: Address): Promise<Listener> {
    await Promise.resolve();
    if (this.#crashed) throw new Error("the machine is off");
    const listener = this.#network.listen(address);
    this.#listeners.add(listener);
    return {
      address: listener.address,
      accept: async () => this.#keep(await listener.accept() as MemoryConnection),
      close: () => listener.close(),
    };
  }
  async connect(address: Address, timeoutMs: number): Promise<Connection> {
    if (this.#crashed) throw new Error(`connect ${formatAddress(address)}: the machine is off`);
    if (address.kind === "tcp" && this.#cut.has(address.host)) throw new Error(`no route to ${address.host}`);
    return this.#keep(await this.#network.connect(address, timeoutMs));
  }
  #keep(connection: MemoryConnection): Connection {
    this.#connections.add(connection);
    if (this.#crashed) connection.break("the machine is off");
    if (this.#frozen) this.#pause(connection);
    return connection;
  }

  crash(): void {
    this.#crashed = true;
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#connections) connection.break(`${this.#name} is off`);
    this.#connections.clear();
  }
  freeze(): void {
    this.#frozen = true;
    for (const connection of this.#connections) this.#pause(connection);
  }
  thaw(): void {
    this.#frozen = false;
    for (const connection of this.#connections) this.#resume(connection);
  }

  /** Connections that this machine has made to `name` fall silent, new ones fail. */
  cut(name: string): void {
    if (this.#cut.has(name)) return;
    this.#cut.add(name);
    for (const connection of this.#connectionsTo(name)) this.#pause(connection);
  }
  heal(name: string): void {
    if (!this.#cut.delete(name)) return;
    for (const connection of this.#connectionsTo(name)) this.#resume(connection);
  }

  #connectionsTo(name: string): MemoryConnection[] {
    return [...this.#connections].filter(({ remote }) => remote.startsWith(`${name}:`));
  }

  #pause(connection: MemoryConnection): void {
    connection.pause();
    this.#otherEnd(connection)?.pause();
  }
  #resume(connection: MemoryConnection): void {
    connection.resume();
    this.#otherEnd(connection)?.resume();
  }
  #otherEnd(connection: MemoryConnection): MemoryConnection | undefined {
    for (const { near, far } of this.#network.links) {
      if (near === connection) return far;
      if (far === connection) return near;
    }
    return undefined;
  }
}
