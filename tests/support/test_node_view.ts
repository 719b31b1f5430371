import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { ClientView, InfoSection, NodeView, Setting } from "../../core/node_view.ts";
import { SeededRandom } from "../../core/random.ts";
import { Stats } from "../../core/stats.ts";

/** A node as a protocol sees it, without one behind it. */
export class TestNodeView implements NodeView {
  readonly version = "0.0.0";
  readonly address = "127.0.0.1:8102";
  readonly random = new SeededRandom(1);
  readonly stats = new Stats();
  readonly startedAt: number;
  password: string | undefined;
  readonly open: ClientView[] = [];

  constructor(readonly clock: Clock, readonly logger: Logger) {
    this.startedAt = clock.wall();
  }

  clients(): Iterable<ClientView> {
    return this.open;
  }
  settings(): readonly Setting[] {
    return [];
  }
  set(name: string): string | undefined {
    return `no setting ${name}`;
  }
  info(): readonly InfoSection[] {
    return [];
  }
  resetStats(): void {
    Object.assign(this.stats, new Stats());
  }
}
