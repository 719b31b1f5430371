/** A node in this process, on free ports, in front of an engine that the test has started. */
import { defaultConf } from "../../conf/mod.ts";
import type { Conf } from "../../conf/schema.ts";
import type { EngineStats } from "../../core/upstream_stats.ts";
import { type Overrides, type RunningNode, startNode } from "../../mod.ts";

export interface EngineNode extends AsyncDisposable {
  /** Client port. */
  readonly port: number;
  /** `http://127.0.0.1:...` of the stats port. */
  readonly statsUrl: string;
  readonly running: RunningNode;
  /** The engine's object in `/info`. */
  engineStats(): EngineStats;
}

/** Starts it; the engine is reached over its unix socket if it has one, else at its port. */
export async function startEngineNode(
  engine: { readonly port?: number; readonly socketPath?: string | undefined },
  settings: Partial<Conf> = {},
  overrides: Overrides = {},
): Promise<EngineNode> {
  const free = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  const server = engine.socketPath !== undefined
    ? { kind: "unix", path: engine.socketPath, name: "engine" } as const
    : { kind: "tcp", host: "127.0.0.1", port: engine.port ?? 0, name: "engine" } as const;
  const conf = { ...defaultConf(), listen: free, dynListen: free, statsListen: free, server, ...settings };
  const running = await startNode(conf, overrides);
  return {
    port: Number(running.addresses.listen.split(":").at(-1)),
    statsUrl: `http://${running.addresses.stats}`,
    running,
    engineStats: () => running.node.parts.dataStore.stats,
    [Symbol.asyncDispose]: () => running.stop(),
  };
}
