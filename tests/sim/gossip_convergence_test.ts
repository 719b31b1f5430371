/** Gossipers by themselves, in virtual rounds, with messages lost: do they come to the same, and do they stay there? */
import { assert, assertEquals } from "@std/assert";
import { GOSSIP_BYTES_MAX } from "../../core/gossip_port.ts";
import { StateKey, versionOf } from "../../gossip/endpoint_state.ts";
import { DIGESTS_MAX } from "../../gossip/gossiper.ts";
import { DOWNS_MAX } from "../../gossip/messages.ts";
import { addressOf } from "../../gossip/place.ts";
import { placeAt, SimGossip, type SimGossiper } from "../support/sim_gossip.ts";

/** A cluster that grew from one seed, node by node, under loss. */
function cluster(
  count: number,
  seed: number,
  options: { readonly loss?: number; readonly forgetAfterMs?: number } = {},
) {
  console.log(`seed ${seed}`);
  const world = new SimGossip({ seed, loss: 0.05, ...options });
  for (let i = 0; i < count; i++) world.add(placeAt(i), i === 0 ? [] : [placeAt(0)]);
  return world;
}
function addresses(nodes: readonly SimGossiper[]): string[] {
  return nodes.map(({ address }) => address);
}

for (const count of [2, 3, 10, 60, DIGESTS_MAX + 22]) {
  Deno.test(`${count} nodes that know one seed each agree on one ring within a few times log n rounds`, () => {
    for (const seed of count > 100 ? [1] : [1, 2, 3]) {
      const world = cluster(count, seed);
      const rounds = world.until(() => world.agree(addresses(world.nodes)));
      assert(rounds <= 4 + 3 * Math.log2(count), `${rounds} rounds`);
      world.rounds(count > 100 ? 10 : 100);
      assertEquals(world.nodes.reduce((sum, node) => sum + node.falsePositives, 0), 0, "somebody was taken for down");
    }
  });
}

Deno.test("a node with other tokens at its old address, and one with another address at old tokens, take their places", () => {
  const world = cluster(9, 4);
  world.until(() => world.agree(addresses(world.nodes)));
  const moving = world.nodes[4]!;
  moving.running = false;
  world.rounds(3);
  const moved = world.add({ ...moving.place, tokens: [77], rack: "rack3" }, [placeAt(0)]);
  const gone = world.nodes[5]!;
  gone.running = false;
  const substitute = world.add({ ...gone.place, name: "new", host: "10.9.9.9" }, [placeAt(0)]);
  world.until(() => world.agree(addresses(world.running)), 30);
  for (const { ring } of world.running) {
    assertEquals(ring.find((place) => addressOf(place) === moved.address)?.tokens, [77]);
    assertEquals(ring.find((place) => addressOf(place) === substitute.address)?.tokens, gone.place.tokens);
  }
});

Deno.test("a partition that heals leaves nobody down, whichever half a joiner came to", () => {
  const world = cluster(12, 5);
  world.until(() => world.agree(addresses(world.nodes)));
  const left = new Set(addresses(world.nodes.slice(0, 6)));
  world.isCut = (a, b) => left.has(a) !== left.has(b);
  const joiner = world.add(placeAt(50), [placeAt(0)]);
  left.add(joiner.address);
  // The joiner is known on its own side alone: both sides miss six.
  world.until(() => world.nodes.every(({ down }) => down.size === 6), 120);
  world.isCut = () => false;
  world.until(() => world.agree(addresses(world.nodes)) && world.nodes.every(({ down }) => down.size === 0), 60);
});

Deno.test("who left, and who was down for too long, is forgotten and not brought back by old copies", () => {
  const world = cluster(10, 6, { forgetAfterMs: 40_000 });
  world.until(() => world.agree(addresses(world.nodes)));
  const [leaver, victim] = [world.nodes[3]!, world.nodes[7]!];
  leaver.gossiper.say("LEAVING");
  leaver.running = false;
  world.until(() => world.running.every(({ ring }) => ring.length === 9), 10);
  victim.running = false;
  world.until(() => world.running.every(({ ring }) => ring.length === 8), 120);
  for (let i = 0; i < 150; i++) {
    world.round();
    assert(world.running.every(({ ring }) => ring.length === 8), `one of them is back after ${i} rounds`);
  }
  assert(world.running.every(({ gossiper }) => gossiper.states.size === 8), "something of them is kept");
  // A later life is another matter.
  world.add(victim.place, [placeAt(0)]);
  world.until(() => world.running.every(({ ring }) => ring.length === 9), 20);
});

Deno.test("a partition longer than gos_forget_after heals through the seeds", () => {
  const world = cluster(6, 7, { forgetAfterMs: 20_000 });
  world.until(() => world.agree(addresses(world.nodes)));
  const left = new Set(addresses(world.nodes.slice(0, 3)));
  world.isCut = (a, b) => left.has(a) !== left.has(b);
  world.until(() => world.running.every(({ ring }) => ring.length === 3), 120);
  world.isCut = () => false;
  world.until(() => world.agree(addresses(world.nodes)), 60);
});

Deno.test("an earlier life with a later clock does not outdo the present one", () => {
  const world = cluster(4, 8);
  world.until(() => world.agree(addresses(world.nodes)));
  const [target, other] = [world.nodes[1]!, world.nodes[2]!];
  const own = target.gossiper.states.get(target.address)!;
  const ahead = { ...own, generation: own.generation + 3_600_000, values: new Map(own.values) };
  ahead.values.set(StateKey.Tokens, { version: 4, value: "99" });
  const delta = { address: target.address, since: 0, state: ahead };
  other.gossiper.receive(
    { kind: 3, cluster: "sim", from: "x:1", known: 1, stretch: undefined, digests: [], deltas: [delta], downs: [] },
    () => {},
  );
  world.rounds(30);
  for (const { ring } of world.running) {
    assertEquals(ring.find((place) => addressOf(place) === target.address)?.tokens, target.place.tokens);
  }
});

Deno.test("what no honest node says changes nothing: another pool, no address, a start in the far future, a place that is none", () => {
  const world = cluster(3, 9);
  world.until(() => world.agree(addresses(world.nodes)));
  const [node] = world.nodes as [SimGossiper];
  const state = node.gossiper.states.get(world.nodes[1]!.address)!;
  const say = (cluster: string, address: string, changed: Partial<typeof state>) => {
    const delta = { address, since: 0, state: { ...state, ...changed } };
    node.gossiper.receive({
      kind: 3,
      cluster,
      from: "x:1",
      known: 1,
      stretch: undefined,
      digests: [],
      deltas: [delta],
      downs: [],
    }, () => {});
  };
  const before = node.ring;
  say("another", "10.1.1.1:8101", {});
  say("sim", "no address", {});
  say("sim", "10.1.1.1:8101", { generation: Number.MAX_SAFE_INTEGER });
  say("sim", "10.1.1.1:8101", { generation: 0 });
  assertEquals(node.gossiper.states.size, 3);
  say("sim", "10.1.1.1:8101", { values: new Map([[StateKey.Tokens, { version: 1, value: "-1" }]]) });
  assertEquals(node.ring, before);
});

/** Nodes that have known each other for long enough that all of it is old news. */
function settled(count: number, seed: number): SimGossip {
  console.log(`seed ${seed}`);
  const world = SimGossip.grown(count, { seed, loss: 0.05, throughBytes: false });
  world.rounds(4 + 2 * Math.ceil(Math.log2(count)));
  for (const node of world.nodes) node.sentBytes = 0;
  return world;
}
/** Rounds after which a node that is heard every round is down: 8 ln 10, and a little for lost messages. */
const PATIENCE_ROUNDS = 22;

Deno.test("more nodes than a syn tells of: joins, deaths and returns are known everywhere after O(log n) rounds", () => {
  const count = DIGESTS_MAX + 72;
  const world = settled(count, 10);
  const joiner = world.add(placeAt(count), [placeAt(0)]);
  assert(world.until(() => joiner.ring.length === count + 1) <= 4, "it learns of all");
  assert(world.until(() => world.nodes.every(({ gossiper }) => gossiper.states.has(joiner.address))) <= 12);
  const victim = world.nodes[77]!;
  victim.running = false;
  const isDown = ({ down }: SimGossiper) => down.has(victim.address);
  const first = world.until(() => world.running.some(isDown));
  const last = first + world.until(() => world.running.every(isDown));
  assert(first >= 18 && last <= PATIENCE_ROUNDS + 10, `${first} to ${last} rounds`);
  // It was frozen, and goes on where it stood.
  victim.running = true;
  assert(world.until(() => !world.running.some(isDown)) <= 12);
  assertEquals(world.nodes.reduce((sum, node) => sum + node.falsePositives, 0), 0, "somebody was taken for down");
  assert(Math.max(...world.nodes.map(({ largestBytes }) => largestBytes)) <= GOSSIP_BYTES_MAX);
});

Deno.test("what a node sends in a round has a bound that does not grow with the cluster", () => {
  const bytes = [DIGESTS_MAX, DIGESTS_MAX + 72].map((count) => {
    const world = settled(count, 11);
    world.rounds(4);
    return world.nodes.reduce((sum, { sentBytes }) => sum + sentBytes, 0) / count / 4;
  });
  // Three heartbeats, and about one syn, ack and ack2 with up to DIGESTS_MAX entries of some 25 bytes.
  for (const one of bytes) assert(one < 3 * DIGESTS_MAX * 25, `${one} bytes`);
  assert(bytes[1]! < 1.25 * bytes[0]!, `${bytes}`);
});

Deno.test("half of the nodes that dies at once is known to the others and to who joins later, and comes back for all", () => {
  const world = settled(DIGESTS_MAX + 22, 12);
  const dead = world.nodes.filter((_, i) => i % 2 === 0);
  // More than one message tells of.
  assert(dead.length > DOWNS_MAX);
  for (const node of dead) node.running = false;
  const rounds = world.until(() => world.running.every(({ down }) => down.size === dead.length), 100);
  assert(rounds <= 3 * PATIENCE_ROUNDS, `${rounds} rounds`);
  assertEquals(world.nodes.reduce((sum, node) => sum + node.falsePositives, 0), 0, "somebody else was taken for down");
  // It is no news any more, and yet told.
  world.rounds(20);
  const joiner = world.add(placeAt(999), [placeAt(1)]);
  assert(world.until(() => joiner.down.size === dead.length) <= 12);
  for (const node of dead) node.running = true;
  world.until(() => world.running.every(({ down }) => down.size === 0), 20);
});

Deno.test("a node that is said to be down and is not refutes it everywhere within a few rounds", () => {
  const world = settled(30, 13);
  const [deceived, victim] = [world.nodes[3]!, world.nodes[9]!];
  const { generation } = victim.gossiper.states.get(victim.address)!;
  const version = versionOf(victim.gossiper.states.get(victim.address)!);
  const down = { address: victim.address, generation, version };
  const message = {
    kind: 3,
    cluster: "sim",
    from: "x:1",
    known: 1,
    stretch: undefined,
    digests: [],
    deltas: [],
  } as const;
  deceived.gossiper.receive({ ...message, downs: [down] }, () => {});
  assert(deceived.down.has(victim.address));
  const isDown = (node: SimGossiper) => node.down.has(victim.address);
  assert(world.until(() => !world.nodes.some(isDown)) <= 5);
  world.rounds(20);
  assert(!world.nodes.some(isDown));
});
