/**
 * A listener that answers wrongly, in the ways that were tried on C Dynomite (two of them ended it, others shifted replies): a reply
 * reaches the request with its number or nobody, and the link works again afterwards, by itself.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakePeer, type PeerRequest } from "../support/fake_peer.ts";
import { evenTokens, racks, type SimClient, SimCluster } from "../support/sim_cluster.ts";
import { message } from "../support/sim_peer_link.ts";

const OK = "$2\r\nok\r\n";
const LATE = /^-ERR Peer: Peer Node did not answer within 5200 ms \(10\.0\.0\.2:8101\)$/;
const LOST = /^-ERR Peer: Peer Node (closed the connection|is not connected) \(10\.0\.0\.2:8101\)$/;

/** A rack of two nodes: the first is ours, in place of the second there is a fake. */
async function setUp(): Promise<
  { cluster: SimCluster; peer: FakePeer; client: SimClient; keys: string[]; own: string }
> {
  const cluster = await SimCluster.start(racks(1, 2));
  await cluster.crash(1);
  const peer = new FakePeer(cluster.network, "10.0.0.2");
  const { dispatcher } = cluster.nodes[0]!.running.node;
  const all = Array.from({ length: 40 }, (_, i) => `key${i}`);
  const isTheirs = (key: string) => {
    const bytes = new TextEncoder().encode(key);
    const token = dispatcher.tokenOf(bytes, 0, bytes.length);
    return token > 0 && token <= evenTokens(2)[1]!;
  };
  const client = await cluster.connect(0);
  await cluster.clock.until(() => cluster.nodes[0]!.running.node.peers.list()[0]!.up);
  return { cluster, peer, client, keys: all.filter(isTheirs), own: all.find((key) => !isTheirs(key))! };
}

const cases: Readonly<
  Record<string, readonly [answer: (request: PeerRequest) => string | "close", seen: string | RegExp]>
> = {
  "a normal reply": [({ id }) => message(id, 5, OK), "ok"],
  "no leading blanks": [({ id }) => message(id, 5, OK).trimStart(), "ok"],
  "junk before it": [({ id }) => `GARBAGE\r\n$20${message(id, 5, OK)}`, "ok"],
  "length 0": [({ id }) => `   $2014$ ${id} 5 0 1 1 *1 d *0\r\n${OK}`, "ok"],
  "too great a length": [({ id }) => `   $2014$ ${id} 5 0 1 1 *1 d *4294967295\r\n${OK}`, "ok"],
  "20 bytes of data": [({ id }) => `   $2014$ ${id} 5 0 1 1 *20 ${"d".repeat(20)} *8\r\n${OK}`, "ok"],
  "version 9, flags 2": [({ id }) => `   $2014$ ${id} 5 2 9 1 *1 d *8\r\n${OK}`, "ok"],
  "the wrong datacenter flag": [({ id }) => message(id, 5, OK, { sameDatacenter: false }), "ok"],
  "another type before it": [({ id }) => message(id, 8, OK) + message(id, 5, OK), "ok"],
  "twice": [({ id }) => message(id, 5, OK) + message(id, 5, "$5\r\ntwice\r\n"), "ok"],
  "an error": [({ id }) => message(id, 5, "-FOO boom\r\n"), "-FOO boom"],
  "nil": [({ id }) => message(id, 5, "$-1\r\n"), "nil"],
  "an empty array": [({ id }) => message(id, 5, "*0\r\n"), "[]"],
  "arrays in an array": [({ id }) => message(id, 5, "*2\r\n*1\r\n$1\r\na\r\n*2\r\n:1\r\n:2\r\n"), "[[a] [1 2]]"],
  "a node's own error": [
    ({ id }) => message(id, 5, "-ERR Peer: Peer Node is not connected\r\n"),
    /^-ERR Peer: Peer Node is not connected \(at 10\.0\.0\.2:8101\)$/,
  ],
  "a type of requests": [({ id }) => message(id, 3, OK), LATE],
  "no envelope": [() => OK, LATE],
  "an earlier number": [({ id }) => message(id - 1, 5, "$5\r\nwrong\r\n"), LATE],
  "a number to come": [({ id }) => message(id + 1000, 5, "$5\r\nwrong\r\n"), LATE],
  "the greatest number": [() => message(2n ** 64n - 1n, 5, "$5\r\nwrong\r\n"), LATE],
  "nothing": [() => "", LATE],
  "garbage in an envelope": [({ id }) => message(id, 5, "garbage\r\n"), LOST],
  "a length that does not fit": [({ id }) => message(id, 5, "$99999999999999\r\nx\r\n"), LOST],
  "an encrypted reply": [({ id }) => `   $2014$ ${id} 5 1 1 1 *1 d *8\r\nxxxxxxxx`, LOST],
  "the end": [() => "close", LOST],
};

Deno.test("A peer that answers wrongly fails its own request alone, and is used again", async (test) => {
  const { cluster, peer, client, keys, own } = await setUp();
  const normal = peer.answer;
  const { pressure } = cluster.nodes[0]!.running.node.parts;
  for (const [name, [answer, seen]] of Object.entries(cases)) {
    await test.step(name, async () => {
      peer.answer = answer;
      const got = await client.call("GET", keys[0]!);
      if (typeof seen === "string") assertEquals(got, seen);
      else assertMatch(got, seen);
      peer.answer = normal;
      await cluster.clock.until(() => cluster.nodes[0]!.running.node.peers.list()[0]!.up, 11_000);
      assertEquals(await client.call("GET", keys[1]!), "ok", "afterwards");
      assertEquals(await client.call("SET", own, name), "OK");
      assertEquals(pressure.usedBytes, 0);
    });
  }
  client.close();
  peer.close();
  await cluster[Symbol.asyncDispose]();
});

Deno.test("Two requests in flight on one peer link get their own replies, in whatever order those come", async () => {
  const { cluster, peer, client, keys } = await setUp();
  const held: string[] = [];
  const [first, second, third] = [keys[0]!, keys[1]!, keys[2]!];
  // Nothing until three are there, then the last one's reply first; the middle one never gets any.
  peer.answer = ({ id, payload }) => {
    const key = payload.split("\r\n")[4]!;
    if (key !== second) held.unshift(message(id, 5, `$${key.length}\r\n${key}\r\n`));
    return key === third ? held.splice(0).join("") : "";
  };
  const other = await cluster.connect(0);
  client.send([["GET", first], ["GET", second]]);
  await cluster.clock.until(() => peer.requests.length === 2);
  assertEquals(await other.call("GET", third), third);
  const [one, two] = await client.pipeline([]).then(async () => {
    await cluster.clock.until(() => client.arrived.length === 2);
    return client.arrived.splice(0);
  });
  assertEquals(one!.text, first);
  assertMatch(`-${two!.text}`, LATE);
  client.close();
  other.close();
  peer.close();
  await cluster[Symbol.asyncDispose]();
});

Deno.test("A listener that sends what nobody asked for makes nothing grow", async () => {
  const { cluster, peer, client, keys } = await setUp();
  const { pressure } = cluster.nodes[0]!.running.node.parts;
  for (
    const unasked of [message(7, 5, OK), message(2n ** 64n - 1n, 5, OK), message(1, 3, OK), "j".repeat(30), "$2014$ "]
  ) {
    for (let i = 0; i < 10; i++) {
      await peer.send(unasked.repeat(3000));
      await cluster.clock.run(10);
      assertEquals(pressure.usedBytes, 0);
    }
  }
  await peer.send("*".repeat(4096));
  assertEquals(await client.call("GET", keys[0]!), "ok");
  assert(cluster.nodes[0]!.running.node.peers.list()[0]!.up);
  client.close();
  peer.close();
  await cluster[Symbol.asyncDispose]();
});
