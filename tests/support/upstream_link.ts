/** One UpstreamConnection to an engine that the test plays, over a network and a clock that the test owns. */
import { assertEquals } from "@std/assert";
import { silentLogger } from "../../core/logger.ts";
import { Pressure, Slowed } from "../../core/net/pressure.ts";
import { Turn } from "../../core/net/turn.ts";
import { UpstreamConnection } from "../../core/net/upstream_connection.ts";
import type { Link, LinkEnding, UpstreamObserver } from "../../core/net/upstream_observer.ts";
import type { UpstreamOptions } from "../../core/net/upstream_options.ts";
import { HopStats } from "../../core/hop_stats.ts";
import { UpstreamStats } from "../../core/upstream_stats.ts";
import { SeededRandom } from "../../core/random.ts";
import { LineEngine } from "./line_engine.ts";
import { linkFailures } from "../../core/net/link_framing.ts";
import { engineLinks } from "../../core/net/upstream_pool.ts";
import type { Credentials } from "../../core/protocol.ts";
import { LineProtocol, lineRequest } from "./line_protocol.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "./memory_transport.ts";
import { RecordingSink } from "./recording_sink.ts";
import { SimClock } from "./sim_clock.ts";

export const TIMEOUT_MS = 1000;

class RecordingObserver implements UpstreamObserver {
  readonly events: string[] = [];
  alive = 0;
  onAlive(): void {
    this.alive++;
  }
  onUp(): void {
    this.events.push("up");
  }
  onDown(_link: Link, reason: string, ending: LinkEnding): void {
    this.events.push(`down${ending === "error" ? "" : ` (${ending})`}: ${reason}`);
  }
  onTimeouts(count: number): void {
    this.events.push(`${count} late`);
  }
  onDropped(count: number): void {
    this.events.push(`${count} dropped`);
  }
  onUnsupported(_link: Link, problem: string): void {
    this.events.push(`unsupported: ${problem}`);
  }
}

interface SetUp extends Partial<Omit<UpstreamOptions, "framing" | "failures">> {
  readonly credentials?: Credentials;
  readonly replyBytesMax?: number;
  readonly network?: MemoryNetworkOptions;
  readonly memoryBytes?: number;
}

export function setUp(
  { network: networkOptions, memoryBytes = 64 << 20, credentials = {}, replyBytesMax = 1 << 20, ...options }: SetUp =
    {},
) {
  const { dialect = 0, timeoutMs = TIMEOUT_MS } = options;
  const kind = engineLinks(new LineProtocol({ dialects: 2 }), credentials, replyBytesMax);
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock, ...networkOptions });
  const engine = new LineEngine(network);
  const pressure = new Pressure(memoryBytes);
  const observer = new RecordingObserver();
  const turn = new Turn(clock);
  const stats = new UpstreamStats();
  const hop = new HopStats();
  const link = new UpstreamConnection(
    {
      address: engine.address,
      framing: kind.frame(dialect),
      failures: linkFailures(kind.source, "engine", timeoutMs),
      slows: Slowed.Everybody,
      patient: true,
      gathers: false,
      ratePerSecond: 0,
      dialect,
      timeoutMs,
      retryMsMax: 1000,
      pendingMax: 100,
      stats,
      hop,
      ...options,
    },
    { transport: network, clock, random: new SeededRandom(1), turn, pressure, logger: silentLogger },
    observer,
  );
  const sink = new RecordingSink();
  let target = 0;
  const send = (line: string) => link.send(lineRequest(line), sink, target++);
  const stopSweep = clock.every(100, () => {
    turn.begin();
    link.sweep(clock.now());
  });
  const close = async () => {
    stopSweep();
    await link.close();
    assertEquals(pressure.usedBytes, 0, "memory still charged after close()");
    assertEquals(pressure.high, false, "still congested after close()");
    assertEquals(clock.timerCount, 0, "a timer is left");
  };
  return { clock, network, engine, pressure, observer, stats, hop, link, sink, send, close };
}
