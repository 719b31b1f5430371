/** A Redis or Memcached server as the local engine, over TCP or a unix socket. */
import type { DataStore } from "../datastore.ts";
import { UpstreamPool, type UpstreamPoolOptions } from "../net/upstream_pool.ts";
import type { UpstreamParts } from "../net/upstream_connection.ts";
import type { ReplySink } from "../reply.ts";
import type { Request } from "../request.ts";

export class TcpDataStore implements DataStore {
  readonly name: string;
  readonly pool: UpstreamPool;

  constructor(name: string, options: UpstreamPoolOptions, parts: UpstreamParts) {
    this.name = name;
    this.pool = new UpstreamPool(options, parts);
  }

  get up(): boolean {
    return this.pool.up;
  }
  stats(): Readonly<Record<string, number>> {
    return { ...this.pool.stats, ...this.pool.queueGauges() };
  }
  start(): Promise<void> {
    return this.pool.start();
  }
  close(): Promise<void> {
    return this.pool.close();
  }
  send(request: Request, sink: ReplySink, target: number): void {
    this.pool.send(request, sink, target);
  }
}
