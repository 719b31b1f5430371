/**
 * Malformed bytes at the peer port, recorded with what a C Dynomite node made of them: ours answers as it did, but for the cases
 * below, where C closed, hung or died. After each the node serves.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { malformedRequests } from "../support/malformed_peer_requests.ts";
import { racks, SimCluster } from "../support/sim_cluster.ts";
import { message, SimPeerLink } from "../support/sim_peer_link.ts";

const ask = (id: number, type = 3) => message(id, type, "*2\r\n$3\r\nGET\r\n$5\r\nprobe\r\n");
const ours = { version: 2 };
const told = (id: number, sameDatacenter = true) => message(id, 5, "$2\r\npv\r\n", { ...ours, sameDatacenter });
const error = (id: number, text: string) => message(id, 5, `-ERR ${text}\r\n`, ours);

/** A link carries the requests of many clients: a request that is refused is answered, it does not end the others. */
const answered = "C closes the link, and every request in flight on it is lost";

/** What we do otherwise. */
const exceptions: Readonly<Record<string, { readonly answer: string | RegExp; readonly why: string }>> = {
  "same_dc 0 then 1 pipelined: echoed flag": {
    answer: told(7, false) + told(8),
    why: "C echoes the flag of the request it parsed last; ours each its own",
  },
  "data len 0": { answer: told(7), why: "C's link hangs for ever" },
  "header only then valid message": {
    answer: told(8),
    why: "C closes the link; ours skips the header that stands alone",
  },
  "unknown command FOO": {
    answer: error(7, "unknown command 'FOO', with args beginning with: 'probe' "),
    why: answered,
  },
  "known to redis, unknown to C: UNLINK": { answer: message(7, 5, ":1\r\n", ours), why: answered },
  "GETDEL": { answer: message(7, 5, "$-1\r\n", ours), why: answered },
  "wrong arity GET a b": { answer: error(7, "wrong number of arguments for 'get' command"), why: answered },
  "empty key": { answer: message(7, 5, "$-1\r\n", ours), why: answered },
  "SELECT 1": { answer: error(7, "DB index is out of range"), why: answered },
  "EVAL 0 keys": { answer: error(7, "the embedded engine does not support EVAL"), why: answered },
  "bad RESP while another request is in flight": {
    answer: told(7) + error(8, "unknown command 'FOO', with args beginning with: "),
    why: answered,
  },
  "INFO": {
    answer: /^ {3}\$2014\$ 7 5 0 2 1 \*1 d \*\d+\r\n\$\d+\r\n# Server\r\nredis_version:/,
    why: "it is about this node",
  },
};

Deno.test("A node answers malformed peer messages as C Dynomite does or better, and lives", async (test) => {
  await using cluster = await SimCluster.start(racks(1));
  await cluster.call(0, "SET", "probe", "pv");
  assertEquals(malformedRequests.length, 125);
  const names = malformedRequests.map(({ name }) => name);
  assertEquals(Object.keys(exceptions).filter((name) => !names.includes(name)), [], "an exception names no case");

  for (const { name, pieces, received, open, served, ends } of malformedRequests) {
    await test.step(name, async () => {
      using link = await SimPeerLink.open(cluster, 0);
      for (const piece of pieces) await link.send(piece);
      if (ends) await link.end();
      const answer = exceptions[name]?.answer ?? received.replace(/(\$2014\$ \d+ 5 0) 1 /g, "$1 2 ");
      if (typeof answer === "string") assertEquals(link.received, answer);
      else assertMatch(link.received, answer);
      if (open) assert(!link.ended, "C kept the link");
      if (ends) assert(link.ended, "both sides have ended it");
      if (served) assertEquals(await link.send(ask(99999)), told(99999), "on the same link");
      using fresh = await SimPeerLink.open(cluster, 0);
      assertEquals(await fresh.send(ask(99999)), told(99999), "on a new link");
    });
  }
});

Deno.test("An encrypted message ends its link with a line in the log: this node has no key", async () => {
  await using cluster = await SimCluster.start(racks(1));
  using link = await SimPeerLink.open(cluster, 0);
  await link.send(ask(1));
  await link.send("   $2014$ 7 3 1 1 1 *1 d *24\r\nxxxxxxxxxxxxxxxxxxxxxxxx");
  assert(link.ended);
  assertMatch(
    cluster.logger.lines.join("\n"),
    /peer .* is closed: it sent an encrypted message, and this node has no key/,
  );
});

Deno.test("A length in a peer's message is no reason to hold memory", async () => {
  await using cluster = await SimCluster.start(racks(1));
  const { pressure } = cluster.nodes[0]!.running.node.parts;
  for (const claim of ["$536870912", "$4294967295", "$99999999999999"]) {
    for (const announced of [24, 536_870_912, 2 ** 53]) {
      using link = await SimPeerLink.open(cluster, 0);
      await link.send(
        `   $2014$ 7 3 0 1 1 *1 d *${announced}\r\n*3\r\n$3\r\nSET\r\n$5\r\nprobe\r\n${claim}\r\n${
          "x".repeat(100_000)
        }`,
      );
      assert(pressure.usedBytes <= 1_000_000, `${pressure.usedBytes} bytes for ${claim}`);
    }
  }
  await cluster.clock.run(1000);
  assertEquals(pressure.usedBytes, 0);
});

Deno.test("Endless junk at the peer port is skipped, not kept", async () => {
  await using cluster = await SimCluster.start(racks(1));
  await cluster.call(0, "SET", "probe", "pv");
  const { pressure } = cluster.nodes[0]!.running.node.parts;
  const junk = ["j", " ", "$2014$ ", "   $2014$ 1 3 0 1 1 *2048 ", "9", "   $2014$ 7 6 0 1 1 *1 d *9\r\n"];
  for (const piece of junk) {
    using link = await SimPeerLink.open(cluster, 0);
    for (let i = 0; i < 20; i++) await link.send(piece.repeat(10_000));
    assertEquals(pressure.usedBytes, 0, JSON.stringify(piece));
    // What the junk ends with may still be the beginning of a message, which the next bytes end.
    await link.send("*".repeat(4096));
    assertEquals(await link.send(ask(5)), told(5), JSON.stringify(piece));
  }
});
