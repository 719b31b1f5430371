/** The answers another node gets: each in an envelope with the number of its request, and the visitor that makes them. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { silentLogger } from "../../../../core/logger.ts";
import { PeerReplyQueue } from "../../../../core/net/peer_reply_queue.ts";
import { clientVisitor, peerVisitor } from "../../../../core/net/visitor.ts";
import { Request, Scope } from "../../../../core/request.ts";
import { DnodeCodec } from "../../../../protocols/dnode/mod.ts";
import { protocols } from "../../../../protocols/mod.ts";
import { bytesOf } from "../../../conformance/protocol.ts";
import { CollectedOutput } from "../../../support/collected_output.ts";
import { SimClock } from "../../../support/sim_clock.ts";
import { message } from "../../../support/sim_peer_link.ts";
import { testAccounts } from "../../../support/test_accounts.ts";
import { TestNodeView } from "../../../support/test_node_view.ts";
import { TestSlot } from "../../../support/test_slot.ts";
import { queueParts } from "../../../support/queue_parts.ts";

const codec = new DnodeCodec();
const SEED = 20_261_125;

function setUp() {
  const request = new Request(protocols.redis!.commands[0]!);
  request.end = 10;
  const asked = { id: 0 as number | bigint, sameDatacenter: true, request };
  const out = new CollectedOutput();
  const queue = new PeerReplyQueue(codec, asked, out, { onSpace() {} }, queueParts(protocols.redis!));
  /** A request with this number takes its place. */
  const push = (id: number | bigint, sameDatacenter = true) => {
    asked.id = id;
    asked.sameDatacenter = sameDatacenter;
    const slot = new TestSlot();
    queue.push(slot);
    return slot;
  };
  return { out, queue, push };
}

const reply = (id: number | bigint, payload: string, sameDatacenter = true) =>
  message(id, 5, payload, { version: 2, sameDatacenter });

Deno.test("PeerReplyQueue gives each answer the number and the datacenter of its request, in the order of requests", () => {
  const { out, queue, push } = setUp();
  const [first, second, third] = [push(50), push(3, false), push(3)];
  third.settle(queue, "+3\r\n");
  second.settle(queue, "+2\r\n");
  assertEquals(out.sent, "");
  first.settle(queue, "+1\r\n");
  assertEquals(out.sent, reply(50, "+1\r\n") + reply(3, "+2\r\n", false) + reply(3, "+3\r\n"));
});

Deno.test("PeerReplyQueue echoes numbers of 64 bits", () => {
  const { out, queue, push } = setUp();
  const slots = [push(2n ** 64n - 1n), push(0), push(2 ** 53 - 1), push(2n ** 53n), push(7)];
  for (const slot of slots.reverse()) slot.settle(queue, "+\r\n");
  assertEquals(out.sent, [2n ** 64n - 1n, 0, 2 ** 53 - 1, 2n ** 53n, 7].map((id) => reply(id, "+\r\n")).join(""));
});

Deno.test("PeerReplyQueue sends nothing for a request without a reply, and those behind it keep their numbers", () => {
  const { out, queue, push } = setUp();
  const [first, quiet, wide, last] = [push(1), push(2), push(2n ** 60n), push(4)];
  last.settle(queue, "+4\r\n");
  wide.settle(queue, "");
  quiet.settle(queue, "");
  first.settle(queue, "+1\r\n");
  assertEquals(out.sent, reply(1, "+1\r\n") + reply(4, "+4\r\n"));
});

Deno.test(`PeerReplyQueue pairs numbers and answers however they settle, also while it grows (seed ${SEED})`, () => {
  const ids = fc.oneof(fc.nat(), fc.bigInt(0n, 2n ** 64n - 1n));
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, fc.nat(), fc.boolean()), { maxLength: 100 }), fc.nat(40), (requests, ahead) => {
      const { out, queue, push } = setUp();
      const waiting: { slot: TestSlot; text: string }[] = [];
      const settle = (choice: number) => {
        const [{ slot, text }] = waiting.splice(choice % waiting.length, 1) as [typeof waiting[number]];
        slot.settle(queue, text);
      };
      for (const [number, [id, choice, quiet]] of requests.entries()) {
        // What fits a double comes as one, from the parser too.
        const exact = typeof id === "bigint" && id < 2n ** 53n ? Number(id) : id;
        waiting.push({ slot: push(exact), text: quiet ? "" : `+${number}\r\n` });
        if (waiting.length > ahead) settle(choice);
      }
      while (waiting.length > 0) settle(waiting.length * 7);
      const expected = requests.map(([id, , quiet], number) => quiet ? "" : reply(id, `+${number}\r\n`));
      assertEquals(out.sent, expected.join(""));
      assertEquals(queue.count, 0);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("peerVisitor() is admitted without a password, and takes the form of replies from each message", () => {
  const redis = protocols.redis!;
  const node = new TestNodeView(new SimClock(), silentLogger);
  node.password = "secret";
  const limits = { maxRequestBytes: 4096 };
  const { session, parser, noun } = peerVisitor(redis, codec, node, limits);
  assertEquals([noun, session.admitted, session.dialect], ["peer", true, 0]);
  const get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  const take = (text: string) => parser.parse(bytesOf(text), 0, text.length);
  take(message(1, 4, get, { version: 2, data: "1" }));
  assertEquals([session.dialect, parser.request.scope], [1, Scope.Datacenter]);
  // Only a node of this program speaks of forms; what a client's HELLO would set is left alone.
  take(message(2, 3, get, { version: 1, data: "1" }));
  assertEquals([session.dialect, parser.request.scope], [0, Scope.Node]);
  session.dialect = 1;
  assertEquals(session.dialect, 0);
  assertEquals(clientVisitor(testAccounts(redis, node), node, limits).session.admitted, false);
});
