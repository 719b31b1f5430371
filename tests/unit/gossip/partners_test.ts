import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../../core/random.ts";
import type { GossipMessage } from "../../../gossip/messages.ts";
import { type Census, Partners } from "../../../gossip/partners.ts";

const message = { kind: 1, cluster: "c", from: "self", known: 1, digests: [], deltas: [], downs: [] } as const;
const heartbeat: GossipMessage = { ...message, stretch: undefined };

/** Partners of a node, with what it sent since the last look. */
function partners(closed: ReadonlySet<string> = new Set()) {
  let sent: string[] = [];
  const links = {
    send(address: string): boolean {
      if (!closed.has(address)) sent.push(address);
      return !closed.has(address);
    },
  };
  return {
    partners: new Partners(links, new SeededRandom(1)),
    sent: () => {
      const all = sent;
      sent = [];
      return all.sort();
    },
  };
}
function census(living: number, parts: Partial<Census> = {}): Census {
  return { living: Array.from({ length: living }, (_, i) => `n${i}`), suspects: [], down: [], ...parts };
}

Deno.test("Partners.witness() sends to the same five as long as they live and can be reached", () => {
  const closed = new Set<string>();
  const { partners: one, sent } = partners(closed);
  const nodes = census(50);
  const dead = new Set<string>();
  const witness = () => {
    one.witness(nodes, (address) => !dead.has(address), heartbeat);
    return sent();
  };
  const first = witness();
  assertEquals(new Set(first).size, 5);
  for (let i = 0; i < 20; i++) assertEquals(witness(), first);
  dead.add(first[0]!);
  const second = witness();
  assertEquals([second.length, second.includes(first[0]!), second.includes(first[1]!)], [5, false, true]);
  closed.add(first[1]!);
  assertEquals(witness().length, 4);
  const third = witness();
  assertEquals([third.length, third.includes(first[1]!), third.includes(first[2]!)], [5, false, true]);
});

Deno.test("Partners.witness() makes do with fewer, and with nobody", () => {
  const { partners: one, sent } = partners();
  one.witness(census(0), () => true, heartbeat);
  assertEquals(sent(), []);
  for (let i = 0; i < 20; i++) one.witness(census(2), () => true, heartbeat);
  assertEquals(new Set(sent()), new Set(["n0", "n1"]));
});

Deno.test("Partners.meet() speaks to one that lives, to those that are down in their share, and to a seed when it has nobody", () => {
  const { partners: one, sent } = partners();
  for (let i = 0; i < 1000; i++) one.meet(census(9, { down: ["d0"] }), [], heartbeat);
  const met = sent();
  const down = met.filter((address) => address === "d0").length;
  assertEquals(met.length - down, 1000);
  assert(down > 50 && down < 150, `${down} of 1000 to the one that is down, of ten`);
  one.meet(census(0), ["seed"], heartbeat);
  assertEquals(sent(), ["seed"]);
});

Deno.test("Partners.ask() asks each of a few suspects, three of many", () => {
  const { partners: one, sent } = partners();
  one.ask(census(9, { suspects: ["n1", "n2"] }), () => heartbeat);
  assertEquals(sent(), ["n1", "n2"]);
  one.ask(census(9, { suspects: census(9).living }), () => heartbeat);
  assertEquals(new Set(sent()).size, 3);
});
