/** The short description of a cluster, `dc1:3x2,dc2:3x2`: its datacenters, each with its racks and the nodes of a rack. */
import { type Kind, Problem } from "../value_kinds.ts";

export interface DatacenterSize {
  readonly name: string;
  readonly racks: number;
  /** Nodes of each rack. */
  readonly nodes: number;
}

/** Every node's file lists all nodes, so what is written grows with their square. */
export const nodesMax = 500;

const accepted = "datacenter:RACKSxNODES, each datacenter once and parted by commas, such as dc1:3x2,dc2:3x2 " +
  `(2 datacenters of 3 racks with 2 nodes each), at most ${nodesMax} nodes`;

/** The names become parts of file names, so they are plainer than those of a file may be. */
const form = /^([A-Za-z0-9_][A-Za-z0-9._-]*):([0-9]+)x([0-9]+)$/;

export const clusterDescription: Kind<readonly DatacenterSize[]> = {
  accepted,
  parse(text) {
    const datacenters: DatacenterSize[] = [];
    let nodeCount = 0;
    for (const part of text.split(",")) {
      const match = form.exec(part);
      if (match === null) return refuse(`has "${part}" for a datacenter`);
      const [, name = "", ...written] = match;
      const [racks = 0, nodes = 0] = written.map(Number);
      if (racks < 1 || nodes < 1) return refuse(`gives ${name} no ${racks < 1 ? "racks" : "nodes"}`);
      if (datacenters.some((other) => other.name === name)) return refuse(`names ${name} twice`);
      nodeCount += racks * nodes;
      if (nodeCount > nodesMax) return refuse("has too many nodes");
      datacenters.push({ name, racks, nodes });
    }
    return datacenters;
  },
  format: (datacenters) => datacenters.map(({ name, racks, nodes }) => `${name}:${racks}x${nodes}`).join(","),
};

function refuse(what: string): Problem {
  return new Problem(`${what}; accepted is ${accepted}`);
}
