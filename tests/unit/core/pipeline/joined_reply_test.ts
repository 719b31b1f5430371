import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../../core/bytes.ts";
import { JoinedReply } from "../../../../core/pipeline/joined_reply.ts";
import { Pool } from "../../../../core/pool.ts";
import { ReplyKind } from "../../../../core/reply.ts";
import { ReplyQueue } from "../../../../core/reply_queue.ts";
import { Join } from "../../../../core/request.ts";
import { CollectedOutput } from "../../../support/collected_output.ts";
import { LineProtocol, lineReply } from "../../../support/line_protocol.ts";
import { TestSlot } from "../../../support/test_slot.ts";
import { queueParts } from "../../../support/queue_parts.ts";

class CountingPool extends Pool<JoinedReply> {
  given = 0;
  override give(joined: JoinedReply): void {
    this.given++;
    super.give(joined);
  }
}

function setUp() {
  const out = new CollectedOutput();
  const protocol = new LineProtocol();
  const queue = new ReplyQueue(out, { onSpace() {} }, queueParts(protocol));
  const pool: CountingPool = new CountingPool(() => new JoinedReply(protocol, pool), 10);
  /** A request of `partOf.length` keys, key i in part `partOf[i]`; or of `partCount` nodes. */
  const begin = (join: Join, partOf: readonly number[], partCount: number, quiet = 0) => {
    const joined = pool.take();
    joined.partOf.set(partOf);
    joined.keyCount = partOf.length;
    joined.begin(queue, join, partCount, 0, quiet);
    return joined;
  };
  return { out, queue, pool, begin };
}

/** Part `index` answers with a line, from memory that is used for something else right after. */
function answer(joined: JoinedReply, index: number, line: string): void {
  const reply = lineReply(line);
  joined.onPart(index, reply.bytes, reply.start, reply.end, reply.kind);
  reply.bytes.fill(0);
}

Deno.test("JoinedReply puts values back in the order of the keys, in whatever order the parts answer", () => {
  const keys = fc.array(fc.nat(4), { minLength: 2, maxLength: 12 });
  fc.assert(fc.property(keys, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (owners, picks) => {
    const names = [...new Set(owners)];
    const partOf = owners.map((owner) => names.indexOf(owner));
    const { out, queue, pool, begin } = setUp();
    const joined = begin(Join.KeyOrder, partOf, names.length);
    const left = names.map((_, part) => part);
    while (left.length > 0) {
      assertEquals([out.sent, pool.given], ["", 0]);
      const [part] = left.splice(picks[left.length - 1]! % left.length, 1) as [number];
      const values = partOf.flatMap((of, key) => of === part ? [`v${key}`] : []);
      answer(joined, part, values.join(" "));
    }
    assertEquals(out.sent, owners.map((_, key) => `v${key}`).join(" ") + "\n");
    assertEquals([pool.given, queue.count], [1, 0]);
  }));
});

Deno.test("JoinedReply adds up, and puts the words of all nodes together", () => {
  const sum = setUp();
  const first = sum.begin(Join.Sum, [0, 1, 0], 2);
  answer(first, 1, "1");
  answer(first, 0, "2");
  assertEquals(sum.out.sent, "3\n");
  const all = setUp();
  const second = all.begin(Join.Concat, [], 3);
  for (const [part, line] of [[2, "e f"], [0, "a b"], [1, "c d"]] as const) answer(second, part, line);
  assertEquals(all.out.sent, "a b c d e f\n");
});

Deno.test("JoinedReply with a part that failed waits for the others, then says so", () => {
  const { out, begin, pool } = setUp();
  const joined = begin(Join.Sum, [0, 1], 2);
  answer(joined, 0, "!Storage: is away");
  assertEquals([out.sent, pool.given], ["", 0]);
  answer(joined, 1, "2");
  assertEquals([out.sent, pool.given], ["!Storage: is away\n", 1]);
});

Deno.test("JoinedReply that is not first keeps its answer until its turn", () => {
  const { out, queue, begin, pool } = setUp();
  const first = new TestSlot();
  queue.push(first);
  const joined = begin(Join.Sum, [0, 1], 2);
  const last = new TestSlot();
  queue.push(last);
  last.settle(queue, "last\n");
  answer(joined, 0, "1");
  answer(joined, 1, "2");
  assertEquals([out.sent, joined.ready, pool.given], ["", true, 0]);
  first.settle(queue, "first\n");
  assertEquals([out.sent, joined.ready, pool.given], ["first\n3\nlast\n", false, 1]);
});

Deno.test("JoinedReply of a quiet request is not sent", () => {
  for (const early of [false, true]) {
    const { out, queue, begin, pool } = setUp();
    const first = new TestSlot();
    if (early) queue.push(first);
    const joined = begin(Join.Sum, [0, 1], 2, 1);
    answer(joined, 0, "1");
    answer(joined, 1, "2");
    if (early) first.settle(queue, "first\n");
    assertEquals([out.sent, pool.given, queue.count], [early ? "first\n" : "", 1, 0]);
  }
});

Deno.test("JoinedReply of a quiet request still tells an error", () => {
  const { out, begin } = setUp();
  const joined = begin(Join.Sum, [0, 1], 2, 1);
  answer(joined, 0, "1");
  answer(joined, 1, "!Storage: is away");
  assertEquals(out.sent, "!Storage: is away\n");
});

Deno.test("JoinedReply of a client that left says nothing, whenever it left, and comes back once", () => {
  for (const first of [true, false]) {
    for (let leaveAfter = 0; leaveAfter <= 3; leaveAfter++) {
      const { out, queue, begin, pool } = setUp();
      if (!first) queue.push(new TestSlot());
      const joined = begin(Join.Sum, [0, 1, 2], 3);
      let sent = "";
      for (let part = 0; part <= 3; part++) {
        if (part === leaveAfter) {
          queue.close();
          sent = out.sent;
        }
        if (part < 3) answer(joined, part, "1");
      }
      assertEquals([out.sent, pool.given, joined.ready], [sent, 1, false], `after ${leaveAfter}, first: ${first}`);
    }
  }
});

Deno.test("JoinedReply is as good as new when it is used again", () => {
  const { out, begin, pool } = setUp();
  const used = new Set<JoinedReply>();
  for (let round = 0; round < 3; round++) {
    out.clear();
    const large = begin(Join.KeyOrder, [0, 1, 2], 3);
    used.add(large);
    for (const part of [2, 1, 0]) answer(large, part, `value${part}`);
    const small = begin(Join.Sum, [0, 1], 2);
    used.add(small);
    for (const part of [0, 1]) answer(small, part, "5");
    assertEquals(out.sent, "value0 value1 value2\n10\n");
  }
  assertEquals([used.size, pool.given], [1, 6]);
});

Deno.test("JoinedReply sends a large answer whole", () => {
  const { out, begin } = setUp();
  const joined = begin(Join.KeyOrder, [0, 1], 2);
  answer(joined, 0, "a".repeat(100_000));
  const value = encode("b".repeat(100_000) + "\n");
  joined.onPart(1, value, 0, value.length, ReplyKind.Value);
  assertEquals(out.length, 200_002);
  assert(out.sent.endsWith("b\n") && out.sent.startsWith("a"));
});
