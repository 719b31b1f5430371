/** What a stats port answers about a cluster of two datacenters, one node of which is down; and one that answers it. */
import { type GenericSchema, type InferOutput, parse } from "valibot";
import { AdminError, type InfoSource } from "../../conf/commands/admin_client.ts";
import type { TcpAddress } from "../../conf/commands/arguments.ts";
import type { OwnerBody, PeersBody, TopologyBody } from "../../conf/commands/bodies.ts";

function ringNode(host: string, tokens: readonly string[], ownership: number, state = "NORMAL", self = false) {
  return { name: host, host, port: 8101, tokens: [...tokens], ownership_percent: ownership, state, self };
}

export const topology: TopologyBody = {
  version: 7,
  hash: "murmur",
  hash_tag: "{}",
  datacenters: [
    {
      name: "dc1",
      racks: [
        {
          name: "rack1",
          nodes: [
            ringNode("10.0.1.1", ["0"], 50, "NORMAL", true),
            ringNode("10.0.1.2", ["2147483648"], 50, "DOWN"),
          ],
        },
        { name: "rack2", nodes: [ringNode("10.0.2.1", ["1", "2", "3", "4", "5", "6"], 100)] },
      ],
    },
    { name: "dc2", racks: [{ name: "rack1", nodes: [ringNode("10.1.1.1", [], 0, "STANDBY")] }] },
  ],
};

export const owner: OwnerBody = {
  key: 'city{"x"}',
  hashed: '"x"',
  token: "1893212",
  owners: topology.datacenters.flatMap(({ name: datacenter, racks }) =>
    racks.map(({ name: rack, nodes: [node] }) => ({
      datacenter,
      rack,
      name: node!.name,
      host: node!.host,
      port: node!.port,
      token: node!.tokens[0] ?? "0",
      state: node!.state,
      self: node!.self,
    }))
  ),
  reads: ["10.0.1.1", "10.0.2.1"],
  why: "murmur of the key's hash tag is 1893212.",
};

export const peers: PeersBody = topology.datacenters.flatMap(({ name: datacenter, racks }) =>
  racks.flatMap(({ name: rack, nodes }) =>
    nodes.filter(({ self }) => !self).map(({ name, host, port, state }, i) => ({
      name,
      host,
      port,
      datacenter,
      rack,
      state,
      phi: state === "DOWN" ? 12.34 : state === "NORMAL" ? 0.5 : null,
      last_error: state === "DOWN" ? "connection refused" : null,
      last_heard_ms_ago: state === "DOWN" ? null : 120 + i,
      links: [{ connected: state !== "DOWN", in_queue: 1, out_queue: 2, in_queue_bytes: 2048 }],
      requests: 100,
      timeouts: state === "DOWN" ? 5 : 0,
      failures: 0,
    }))
  )
);

/** `/info` after so many requests. */
export function info(rack: string, dc: string, requests: number, errors = 0) {
  return {
    service: "dynomite",
    version: "0.1.0",
    uptime: 93_600,
    rack,
    dc,
    latency_50th: 210,
    latency_99th: 1_830,
    dyn_memory: 120_000,
    resident_memory: 98_304,
    dyn_o_mite: {
      client_connections: 50,
      client_read_requests: requests * 0.75,
      client_write_requests: requests * 0.25,
      forward_error: errors,
      peer_in_queue: 1,
      peer_out_queue: 2,
      remote_peer_out_queue: 4,
      "127.0.0.1:6379": { in_queue: 8, out_queue: 16, read_requests: requests },
    },
  };
}

/** Answers by `host:port` and path; an AdminError where there is none. */
export class FakeStatsPort implements InfoSource {
  readonly address: TcpAddress;
  readonly name: string;
  readonly #bodies: ReadonlyMap<string, () => unknown>;

  constructor(address: TcpAddress, bodies: ReadonlyMap<string, () => unknown>) {
    this.address = address;
    this.name = `${address.host}:${address.port}`;
    this.#bodies = bodies;
  }
  at(address: TcpAddress, _timeoutMs: number): FakeStatsPort {
    return new FakeStatsPort(address, this.#bodies);
  }
  async object<S extends GenericSchema>(path: string, schema: S): Promise<InferOutput<S>> {
    const body = await this.#bodies.get(this.name + path)?.();
    if (body === undefined) throw new AdminError(`${this.name} does not answer: connection refused`);
    return parse(schema, body);
  }
}
