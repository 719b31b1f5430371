/**
 * Where the nodes of the demo listen: all on 127.0.0.1, ten ports apart. Addresses of their own, 127.0.0.1 to 127.0.0.6,
 * would do on Linux alone; ports are the same commands on every system.
 */
import type { DatacenterSize } from "../cluster/description.ts";
import { type ClusterRequest, planCluster, type PlannedNode } from "../cluster/plan.ts";
import { tcpAddress } from "../value_kinds.ts";

/** The cluster with its first node's clients at `port`, peers one below and statistics one above. */
export function demoRequest(datacenters: readonly DatacenterSize[], port: number): ClusterRequest {
  return {
    datacenters,
    settings: [
      { key: "listen", value: `{host}:${port}` },
      { key: "dyn_listen", value: `{host}:${port - 1}` },
      { key: "stats_listen", value: `{host}:${port + 1}` },
    ],
  };
}

/** A node's addresses with their ports. */
export function portsOf({ values }: PlannedNode): { clients: number; peers: number; stats: number } {
  const port = (key: string) => {
    const address = tcpAddress.parse(values[key]!);
    return "port" in address ? address.port : 0;
  };
  return { clients: port("listen"), peers: port("dyn_listen"), stats: port("stats_listen") };
}

/** How far to move on when a port is taken: beyond all of the cluster's, at least 100. */
function stride(nodes: number): number {
  return Math.ceil(nodes * 10 / 100) * 100;
}

/** Tries of `findPort` before it gives up. */
const TRIES_MAX = 50;

/**
 * The first port, from `port` on in strides, with which the whole cluster's ports are free, or undefined. `isFree` asks the
 * system.
 */
export function findPort(
  datacenters: readonly DatacenterSize[],
  port: number,
  isFree: (port: number) => boolean,
): number | undefined {
  const count = datacenters.reduce((sum, { racks, nodes }) => sum + racks * nodes, 0);
  for (let i = 0, at = port; i < TRIES_MAX && at + 10 * count <= 65535; i++, at += stride(count)) {
    const ports = planCluster(demoRequest(datacenters, at)).flatMap((node) => Object.values(portsOf(node)));
    if (ports.every(isFree)) return at;
  }
  return undefined;
}
