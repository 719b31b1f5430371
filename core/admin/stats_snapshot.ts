/** What the fields of the statistics are read from: a node, with what has to be added up for it done once. */
import type { Measures } from "../measures.ts";
import type { Node } from "../node.ts";
import type { ProcessFacts } from "../process_facts.ts";
import type { Stats } from "../stats.ts";
import type { EngineStats, QueueGauges, UpstreamStats } from "../upstream_stats.ts";
import { type CommandGroup, countGroup } from "./command_groups.ts";

export interface StatsSnapshot {
  readonly node: Node;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly measures: Measures;
  readonly memory: ReturnType<ProcessFacts["memory"]>;
  /** What clients asked, and what other nodes did. */
  readonly clients: Stats;
  readonly visitors: Stats;
  readonly visitorQueues: QueueGauges;
  readonly engine: EngineStats;
  readonly engineQueues: QueueGauges;
  /** Peers of this datacenter, and of the others. */
  readonly peers: UpstreamStats;
  readonly peerQueues: QueueGauges;
  readonly remotePeers: UpstreamStats;
  readonly remotePeerQueues: QueueGauges;
  /** Requests that the datastore got; PINGs that this node answered in its place. */
  countCommands(group: CommandGroup): number;
}

export function snapshotOf(node: Node): StatsSnapshot {
  const { facts, clock, dataStore, protocol } = node.parts;
  const isRedis = protocol.name === "redis";
  return {
    node,
    now: clock.wall(),
    measures: node.measures,
    memory: facts.memory(),
    clients: node.stats,
    visitors: node.peerStats,
    visitorQueues: node.visitingQueues(),
    engine: dataStore.stats,
    engineQueues: node.engineQueues(),
    peers: node.peers.totals(true),
    peerQueues: node.peers.queues(true),
    remotePeers: node.peers.totals(false),
    remotePeerQueues: node.peers.queues(false),
    countCommands: (group) => {
      if (!isRedis) return 0;
      const counts = group === "ping" ? node.pipeline.commandCounts : dataStore.stats.byCommand;
      return countGroup(group, protocol.commands, counts);
    },
  };
}
