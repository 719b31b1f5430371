import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { ClientView, InfoSection, NodeView, Setting } from "../../core/node_view.ts";
import type { Protocol } from "../../core/protocol.ts";
import { SeededRandom } from "../../core/random.ts";
import { SlowLog } from "../../core/slow_log.ts";
import { Stats } from "../../core/stats.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";

/** A node as a protocol sees it, without one behind it. */
export class TestNodeView implements NodeView {
  readonly version = "0.0.0";
  readonly address = "127.0.0.1:8102";
  readonly random = new SeededRandom(1);
  readonly stats = new Stats();
  readonly slowLog: SlowLog;
  readonly startedAt: number;
  password: string | undefined;
  readonly open: ClientView[] = [];
  /** What CONFIG knows. */
  readonly configuration = new Map<string, string>();
  sections: readonly InfoSection[] = [];

  constructor(readonly clock: Clock, readonly logger: Logger, protocol: Protocol = new RedisProtocol()) {
    this.startedAt = clock.wall();
    this.slowLog = new SlowLog(protocol, clock, { slowerThanUs: 10_000, lengthMax: 128 });
  }

  clients(): Iterable<ClientView> {
    return this.open;
  }
  settings(): readonly Setting[] {
    return [...this.configuration].map(([name, value]) => ({ name, value }));
  }
  set(name: string, value: string): string | undefined {
    if (!this.configuration.has(name)) return `no setting ${name}`;
    this.configuration.set(name, value);
    return undefined;
  }
  info(): readonly InfoSection[] {
    return this.sections;
  }
  resetStats(): void {
    Object.assign(this.stats, new Stats());
  }
}
