/** Made-up clusters as the stats port tells of them: what the page must be able to show, also what no test here can start. */
import type { HotKeys, Info, Ownership, Peer, SlowCommand, Topology } from "../../core/admin/ui/bodies.ts";

export interface UiFixture {
  topology: Topology;
  peers: readonly Peer[];
  slowlog: readonly SlowCommand[];
  hotkeys: HotKeys;
  /** Its counters rise with time, as those of a busy node do. */
  info(): Info;
  owner(key: string): Ownership;
}

export interface RackSize {
  readonly datacenter: string;
  readonly rack: string;
  readonly nodes: number;
}

export interface FixtureOptions {
  /** State of the nodes that are not NORMAL, by name. */
  readonly states?: Readonly<Record<string, string>>;
  readonly nameOf?: (rack: number, node: number) => string;
  /** Tokens of each node. Default: 1. */
  readonly tokens?: number;
}

/** Racks of datacenters: `dc1:3x2` is three racks of two nodes. */
export function racksOf(description: string): RackSize[] {
  return description.split(",").flatMap((part) => {
    const [, datacenter = "", racks, nodes] = /^(\w+):(\d+)x(\d+)$/.exec(part) ?? [];
    return Array.from(
      { length: Number(racks) },
      (_, i) => ({ datacenter, rack: `rack${i + 1}`, nodes: Number(nodes) }),
    );
  });
}

export function fixture(racks: readonly RackSize[], options: FixtureOptions = {}): UiFixture {
  const { states = {}, tokens: tokenCount = 1, nameOf = (rack, node) => `10.0.${rack + 1}.${node + 1}` } = options;
  const names = [...new Set(racks.map(({ datacenter }) => datacenter))];
  const topology: Topology = {
    version: 1,
    hash: "murmur",
    hash_tag: "{}",
    datacenters: names.map((name) => ({
      name,
      racks: racks.map((rack, index) => ({ ...rack, index })).filter(({ datacenter }) => datacenter === name).map((
        { rack, nodes, index },
      ) => ({
        name: rack,
        nodes: Array.from({ length: nodes }, (_, i) => ({
          name: nameOf(index, i),
          host: `10.0.${index + 1}.${i + 1}`,
          port: 8101,
          tokens: Array.from(
            { length: tokenCount },
            (_, t) => String(Math.floor((t * nodes + i) * (2 ** 32 - 1) / (nodes * tokenCount))),
          ),
          ownership_percent: 100 / nodes,
          state: states[nameOf(index, i)] ?? "NORMAL",
          self: index === 0 && i === 0,
        })),
      })),
    })),
  };
  const all = topology.datacenters.flatMap((datacenter) =>
    datacenter.racks.flatMap((rack) =>
      rack.nodes.map((node) => ({ datacenter: datacenter.name, rack: rack.name, node }))
    )
  );
  return {
    topology,
    peers: all.filter(({ node }) => !node.self).map(({ datacenter, rack, node }, i) => ({
      name: node.name,
      host: node.host,
      port: node.port,
      datacenter,
      rack,
      state: node.state,
      phi: node.state === "DOWN" ? 18.42 : 0.3 + (i % 7) / 10,
      software_version: "0.1.0",
      last_error: node.state === "DOWN" ? `connect to ${node.host}:${node.port}: connection refused` : null,
      last_heard_ms_ago: node.state === "DOWN" ? 42_000 : 200 + 40 * (i % 9),
      links: [link(node.state !== "DOWN", i), link(node.state !== "DOWN", i + 3)],
      requests: 120_000 + 913 * i,
      responses: 119_990 + 913 * i,
      timeouts: node.state === "DOWN" ? 12 : 0,
      failures: node.state === "DOWN" ? 230 : 0,
    })),
    slowlog: slowlog(),
    hotkeys: hotkeys(),
    info: busyInfo(),
    owner: (key) => ({
      key,
      hashed: null,
      token: "2576980377",
      owners: topology.datacenters.flatMap((datacenter) =>
        datacenter.racks.map((rack) => {
          const sorted = [...rack.nodes].flatMap((node) => node.tokens.map((token) => ({ token, node })))
            .sort((a, b) => Number(a.token) - Number(b.token));
          const { token, node } = sorted.find(({ token }) => Number(token) >= 2_576_980_377) ?? sorted[0]!;
          const { name, host, port, state, self } = node;
          const read_order = datacenter.name === names[0] ? datacenter.racks.indexOf(rack) + 1 : null;
          return { datacenter: datacenter.name, rack: rack.name, name, host, port, token, state, self, read_order };
        })
      ),
      reads: topology.datacenters[0]!.racks.map(({ nodes }) => nodes[Math.floor(nodes.length * 0.6)]!.name),
      why: "murmur of the key is 2576980377; in every rack the owner is the node with the first token at or after it",
    }),
  };
}

function link(connected: boolean, i: number) {
  const inQueue = connected ? i % 3 : 0;
  const outQueue = connected ? i % 5 : 0;
  return {
    connected,
    in_queue: inQueue,
    out_queue: outQueue,
    in_queue_bytes: inQueue * 96,
    out_queue_bytes: outQueue * 96,
  };
}

function slowlog(): SlowCommand[] {
  const commands = [
    ["ZRANGEBYSCORE", "leaderboard:eu", "-inf", "+inf"],
    ["SUNION", "tags:news", "tags:sport", "tags:music"],
    ["LRANGE", "timeline:42", "0", "-1"],
    ["SET", "report:2026-11", "... (182736 more bytes)"],
    ["HGETALL", "session:9f21c0"],
  ];
  const now = Math.floor(Date.now() / 1000);
  return commands.map((command, i) => ({
    id: commands.length - i,
    timestamp: now - 37 * (i + 1),
    duration_us: [84_210, 41_900, 26_034, 15_220, 11_004][i]!,
    command,
    client: `10.0.9.${i + 1}:5${i}122`,
    client_name: i % 2 === 0 ? "checkout" : "",
  }));
}

function hotkeys(): HotKeys {
  const keys = ["product:1001", "session:9f21c0", "config:flags", "cart:77120", "user:4"];
  return {
    sampled_requests: 18_221,
    window_seconds: 60,
    keys: keys.map((key, i) => ({
      key,
      share_percent: [18.4, 7.1, 5.9, 1.2, 0.64][i]!,
      per_second: [2208, 852, 708, 144, 77][i]!,
      read_percent: [97.2, 60.1, 100, 41.4, 88.8][i]!,
    })),
  };
}

function busyInfo(): () => Info {
  const started = Date.now();
  const state = { reads: 1_000_000, writes: 400_000, errors: 12, last: started };
  return () => {
    const now = Date.now();
    const seconds = (now - state.last) / 1000;
    const wave = Math.sin(now / 9000);
    state.last = now;
    state.reads += Math.round(seconds * (8200 + 1400 * wave + 300 * Math.sin(now / 1100)));
    state.writes += Math.round(seconds * (3100 + 500 * Math.cos(now / 7000)));
    return {
      service: "dynomite",
      source: "node-1",
      version: "0.1.0",
      uptime: 93_784 + Math.floor((now - started) / 1000),
      timestamp: Math.floor(now / 1000),
      rack: "rack1",
      dc: "dc1",
      latency_max: 8420,
      latency_999th: Math.round(2900 + 600 * wave),
      latency_99th: Math.round(1180 + 240 * wave),
      latency_95th: Math.round(640 + 70 * wave),
      latency_mean: Math.round(290 + 30 * wave),
      dyn_memory: 96_412,
      dyn_o_mite: {
        client_connections: 214,
        client_read_requests: state.reads,
        client_write_requests: state.writes,
        forward_error: state.errors,
        dnode_client_out_queue: Math.round(7 + 3 * wave),
        peer_in_queue: Math.round(3 + 2 * wave),
        peer_out_queue: Math.round(19 + 9 * wave),
        remote_peer_in_queue: 0,
        remote_peer_out_queue: Math.round(5 + 4 * wave),
        "127.0.0.1:6379": { read_requests: 1, in_queue: 1, out_queue: Math.round(26 + 8 * wave) },
      },
    };
  };
}
