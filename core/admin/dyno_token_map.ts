/**
 * `/REST/v1/admin/cluster_describe`: the cluster as Netflix's Dyno clients ask for it (HttpEndpointBasedTokenMapSupplier,
 * AbstractTokenMapSupplier): an array of objects whose every value is a string, also numbers. A client takes those of its own
 * datacenter, sends each key to the node of its rack (`zone`) with the first token at or after the key's, and refuses a map in
 * which the tokens of a datacenter do not occur equally often.
 *
 * Racks may have tokens of their own, though, and nodes several. So each rack is shown with the tokens of all racks of its
 * datacenter: at each of them stands the node that owns it in that rack. That says the same, for between two neighbours of that
 * list each rack has one owner; where all racks have the same tokens it is nothing but those.
 */
import type { Topology } from "../ring/topology.ts";

export interface DynoEntry {
  readonly token: string;
  readonly hostname: string;
  readonly ip: string;
  readonly zone: string;
  readonly rack: string;
  readonly dc: string;
  readonly port: string;
  readonly secure_port: string;
  readonly hashtag: string;
}

/** The array. `clientPort` is where clients connect: nodes tell each other only of their peer ports, so it is taken for all. */
export function dynoTokenMap(topology: Topology, clientPort: number, hashTag: string | undefined): DynoEntry[] {
  const port = String(clientPort);
  return topology.datacenters.flatMap(({ name: dc, racks }) => {
    const tokens = [...new Set(racks.flatMap(({ ring }) => [...ring.tokens]))].sort((a, b) => a - b);
    return racks.filter(({ ring }) => ring.size > 0).flatMap(({ name: rack, ring }) =>
      tokens.map((token) => {
        const { host } = topology.nodes[ring.owner(token)]!;
        return {
          token: String(token),
          hostname: host,
          ip: host,
          zone: rack,
          rack,
          dc,
          port,
          secure_port: port,
          hashtag: hashTag ?? "",
        };
      })
    );
  });
}
