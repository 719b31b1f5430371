/** A Redis or Memcached server as the local engine, over TCP or a unix socket. */
import type { DataStore } from "../datastore.ts";
import { UpstreamPool, type UpstreamPoolOptions } from "../net/upstream_pool.ts";
import type { UpstreamParts } from "../net/upstream_options.ts";
import { HopStats } from "../hop_stats.ts";
import type { ReplySink } from "../reply.ts";
import type { Request } from "../request.ts";
import { EngineStats, type QueueGauges } from "../upstream_stats.ts";

export class TcpDataStore implements DataStore {
  readonly name: string;
  readonly pool: UpstreamPool;
  readonly stats: EngineStats;
  readonly hop = new HopStats();

  /** `commandCount` is the length of the protocol's table. */
  constructor(name: string, options: UpstreamPoolOptions, parts: UpstreamParts, commandCount: number) {
    this.name = name;
    this.stats = new EngineStats(commandCount);
    this.pool = new UpstreamPool(options, parts, this.stats, this.hop);
  }

  get up(): boolean {
    return this.pool.up;
  }
  queues(): QueueGauges {
    return this.pool.queues();
  }
  stretchTimeout(factor: number): void {
    this.pool.stretchTimeout(factor);
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
