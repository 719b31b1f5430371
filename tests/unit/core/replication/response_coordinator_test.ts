import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { Consistency } from "../../../../core/consistency.ts";
import { VisitorMeasures } from "../../../../core/measures.ts";
import { Pool } from "../../../../core/pool.ts";
import {
  type CoordinatorParts,
  ResponseCoordinator,
  type Targets,
} from "../../../../core/replication/response_coordinator.ts";
import { Failure, FailureKind, ReplyKind } from "../../../../core/reply.ts";
import type { Replica } from "../../../../core/replica.ts";
import { ReplyQueue } from "../../../../core/reply_queue.ts";
import { Stats } from "../../../../core/stats.ts";
import { CollectedOutput } from "../../../support/collected_output.ts";
import { lineCommand, LineProtocol, lineReply } from "../../../support/line_protocol.ts";
import { decisionOf, type Outcome, outcomes, sequences } from "../../../support/vote_specification.ts";
import { queueParts } from "../../../support/queue_parts.ts";
import { NO_RETRY } from "../../../../core/retries.ts";

const get = lineCommand("get");

/** Knows how often each came back, and that none came back while it was idle. */
class CountingPool extends Pool<ResponseCoordinator> {
  readonly idle = new Set<ResponseCoordinator>();
  given = 0;

  override take(): ResponseCoordinator {
    const coordinator = super.take();
    this.idle.delete(coordinator);
    return coordinator;
  }
  override give(coordinator: ResponseCoordinator): void {
    assert(!this.idle.has(coordinator), "given back twice");
    this.idle.add(coordinator);
    this.given++;
    super.give(coordinator);
  }
}

function setUp() {
  const out = new CollectedOutput();
  const stats = new Stats();
  const measures = new VisitorMeasures();
  const protocol = new LineProtocol();
  const shared = queueParts(protocol, { measures });
  const queue = new ReplyQueue(out, { onSpace() {} }, shared);
  const pool: CountingPool = new CountingPool(() => new ResponseCoordinator(parts), 100);
  const missed: string[] = [];
  const parts: CoordinatorParts = {
    protocol,
    stats,
    pool,
    retries: shared.retries,
    onMissedWrite: (replica, failure) => missed.push(`${replica.name}: ${failure}`),
  };
  const take = (quiet = 0) => {
    const coordinator = pool.take();
    coordinator.enqueue(queue, quiet);
    return coordinator;
  };
  return { out, stats, measures, queue, pool, take, missed };
}

function targets(level: Consistency, votes: readonly number[], required: readonly number[], preferred = 0): Targets {
  return {
    count: votes.length,
    nodes: Int32Array.from(votes, (_, index) => index),
    votes: Int32Array.from(votes),
    voteCount: required.length,
    required: Int32Array.from(required),
    preferred,
    level,
  };
}
const quorumOf = (count: number) => (count >> 1) + 1;
const local = (level: Consistency, count: number, preferred = 0) =>
  targets(level, new Array<number>(count).fill(0), [quorumOf(count)], preferred);

/** Replica i is called node i. */
const replicas: readonly Replica[] = Array.from({ length: 8 }, (_, i) => ({ name: `node${i}`, up: true, send() {} }));

const refused = (target: number) => new Failure(FailureKind.NotConnected, "Peer", `${target} is down`);

/** Replica `target` does what `outcome` says. */
function act(coordinator: ResponseCoordinator, target: number, outcome: Outcome): void {
  if (outcome === "f") coordinator.onFailure(target, refused(target));
  else coordinator.onReply(target, lineReply(outcome === "e" ? "!e" : outcome));
}

/** All orders of the numbers below `count`. */
function* orders(count: number): Generator<number[]> {
  if (count === 0) return yield [];
  for (const rest of orders(count - 1)) for (let at = 0; at < count; at++) yield rest.toSpliced(at, 0, count - 1);
}

for (const level of [Consistency.Quorum, Consistency.SafeQuorum]) {
  for (let count = 1; count <= 5; count++) {
    const name = level === Consistency.Quorum ? "DC_QUORUM" : "DC_SAFE_QUORUM";
    Deno.test(`ResponseCoordinator answers ${name} of ${count} once, as early as it can`, () => {
      for (const sequence of sequences(outcomes, count)) {
        const what = sequence.join("");
        const { out, pool, queue, stats, take } = setUp();
        const coordinator = take();
        coordinator.begin(local(level, count), replicas, get, true, 0);
        const { verdict, after } = decisionOf(sequence, quorumOf(count));
        const seen = sequence.slice(0, after);
        const failed = seen.flatMap((outcome, target) => outcome === "f" ? [target] : []);
        let expected: string;
        if (verdict.startsWith("agreed")) expected = verdict.endsWith("e") ? "!e" : verdict.at(-1)!;
        else if (verdict === "differing" && level === Consistency.Quorum) {
          expected = seen.find((o) => "ab".includes(o))!;
        } else if (verdict === "impossible" && seen.includes("e")) expected = "!e";
        else if (verdict === "impossible" && failed.length > 0) {
          expected = `!${failed.map((target) => `Peer: ${target} is down (node${target})`).join("; ")}`;
        } else expected = "!Dynomite: Failed to achieve Quorum";
        sequence.forEach((outcome, target) => {
          assertEquals(pool.given, 0, `${what}: back before its last reply`);
          act(coordinator, target, outcome);
          assertEquals(out.sent, target + 1 >= after ? `${expected}\n` : "", `${what} after ${target + 1}`);
        });
        assertEquals([pool.given, queue.count], [1, 0], what);
        assertEquals(stats.client_non_quorum_w_responses, verdict.startsWith("agreed") ? 0 : 1, what);
        assertEquals(stats.client_non_quorum_r_responses, 0);
      }
    });
  }
}

for (let count = 1; count <= 4; count++) {
  Deno.test(`ResponseCoordinator answers DC_ONE of ${count} with the preferred replica's reply, else the first other one`, () => {
    for (const order of orders(count)) {
      for (const sequence of sequences(["a", "e", "f"] as const, count)) {
        for (let preferred = 0; preferred < count; preferred++) {
          const what = `${sequence.join("")} in order ${order}, preferred ${preferred}`;
          const { out, pool, take, measures } = setUp();
          const coordinator = take();
          coordinator.begin(local(Consistency.One, count, preferred), replicas, get, false, 0);
          // Who says what, in the order of arrival; target i says its own number, so that nobody is mistaken for another.
          const says = (target: number) => sequence[target] === "e" ? `!${target}` : String(target);
          const replied = order.filter((target) => sequence[target] !== "f");
          let expected: string;
          let after: number;
          if (sequence[preferred] !== "f") {
            expected = says(preferred);
            after = order.indexOf(preferred) + 1;
          } else if (replied.length > 0) {
            expected = says(replied[0]!);
            after = Math.max(order.indexOf(preferred), order.indexOf(replied[0]!)) + 1;
          } else {
            expected = `!${order.map((target) => `Peer: ${target} is down`).join("; ")}`;
            after = count;
          }
          order.forEach((target, i) => {
            assertEquals(pool.given, 0, what);
            if (sequence[target] === "f") coordinator.onFailure(target, refused(target));
            else coordinator.onReply(target, lineReply(says(target)));
            assertEquals(out.sent, i + 1 >= after ? `${expected}\n` : "", `${what}, after ${i + 1}`);
          });
          assertEquals(pool.given, 1, what);
          assertEquals(measures.failureCount, replied.length === 0 ? 1 : 0, what);
        }
      }
    }
  });
}

Deno.test("ResponseCoordinator that is not first keeps its answer until its turn", () => {
  for (const emitAfter of [1, 2, 3]) {
    const { out, pool, take } = setUp();
    const first = take();
    first.beginSingle(0, NO_RETRY);
    const second = take();
    second.begin(local(Consistency.One, 3), replicas, get, true, 0);
    for (let target = 0; target < 3; target++) {
      second.onReply(target, lineReply(`second from ${target}`));
      if (target + 1 === emitAfter) {
        assertEquals([out.sent, second.ready, pool.given], ["", true, 0]);
        first.onReply(0, lineReply("first"));
      }
    }
    assertEquals([out.sent, pool.given], ["first\nsecond from 0\n", 2]);
  }
});

Deno.test("ResponseCoordinator keeps its own copy of an early answer", () => {
  const { out, take } = setUp();
  const [first, second] = [take(), take()];
  first.beginSingle(0, NO_RETRY);
  second.beginSingle(0, NO_RETRY);
  const reply = lineReply("kept");
  second.onReply(0, reply);
  reply.bytes.fill(0);
  first.onReply(0, lineReply("first"));
  assertEquals(out.sent, "first\nkept\n");
});

Deno.test("ResponseCoordinator is as good as new when it is used again", () => {
  const { out, pool, take } = setUp();
  const used = new Set<ResponseCoordinator>();
  const use = (begin: (coordinator: ResponseCoordinator) => void, said: readonly Outcome[], answer: string) => {
    const coordinator = take();
    used.add(coordinator);
    begin(coordinator);
    out.clear();
    said.forEach((outcome, target) => act(coordinator, target, outcome));
    assertEquals(out.sent, answer);
  };
  const one = (c: ResponseCoordinator) => c.begin(local(Consistency.One, 2), replicas, get, false, 0);
  const quorum = (c: ResponseCoordinator) => c.begin(local(Consistency.SafeQuorum, 3), replicas, get, false, 0);
  for (let round = 0; round < 3; round++) {
    use(one, ["f", "a"], "a\n");
    use(quorum, ["a", "b", "f"], "!Dynomite: Failed to achieve Quorum\n");
    use(quorum, ["b", "f", "b"], "b\n");
    use((c) => c.beginSingle(0, NO_RETRY), ["e"], "!e\n");
    use(one, ["f", "f"], "!Peer: 0 is down; Peer: 1 is down\n");
    use(quorum, ["f", "f", "a"], "!Peer: 0 is down (node0); Peer: 1 is down (node1)\n");
    use(quorum, ["a", "e", "a"], "a\n");
  }
  assertEquals([used.size, pool.given], [1, 21]);
});

Deno.test("ResponseCoordinator compares replies without order where the command has none", () => {
  const answers = (name: string) => {
    const { out, take } = setUp();
    const coordinator = take();
    coordinator.begin(local(Consistency.SafeQuorum, 3), replicas, lineCommand(name), false, 0);
    ["x y z", "z x y", "y z x"].forEach((text, target) => coordinator.onReply(target, lineReply(text)));
    return out.sent;
  };
  assertEquals(answers("members"), "x y z\n");
  assertEquals(answers("get"), "!Dynomite: Failed to achieve Quorum\n");
});

Deno.test("ResponseCoordinator takes an error and a value of the same bytes for different replies", () => {
  const { out, take } = setUp();
  const coordinator = take();
  coordinator.begin(local(Consistency.SafeQuorum, 2), replicas, get, false, 0);
  const reply = lineReply("same");
  coordinator.onReply(0, reply);
  reply.kind = ReplyKind.Error;
  coordinator.onReply(1, reply);
  assertEquals(out.sent, "same\n"); // the first error answers what became impossible
});

Deno.test("ResponseCoordinator answers DC_EACH_SAFE_QUORUM when every datacenter agrees, with the local reply", () => {
  const { out, pool, take } = setUp();
  const coordinator = take();
  coordinator.begin(targets(Consistency.EachSafeQuorum, [0, 0, 0, 1, 1, 1], [2, 2]), replicas, get, true, 0);
  for (const target of [3, 4, 5]) coordinator.onReply(target, lineReply("remote"));
  coordinator.onReply(0, lineReply("local"));
  assertEquals(out.sent, "");
  coordinator.onReply(2, lineReply("local"));
  assertEquals([out.sent, pool.given], ["local\n", 0]);
  act(coordinator, 1, "f");
  assertEquals([out.sent, pool.given], ["local\n", 1]);
});

Deno.test("ResponseCoordinator answers DC_EACH_SAFE_QUORUM as soon as one datacenter cannot agree", () => {
  const each = targets(Consistency.EachSafeQuorum, [0, 0, 0, 1, 1, 1], [2, 2]);
  const differing = setUp();
  const first = differing.take();
  first.begin(each, replicas, get, true, 0);
  for (const [target, text] of [[3, "x"], [4, "y"], [5, "z"]] as const) first.onReply(target, lineReply(text));
  assertEquals(differing.out.sent, "!Dynomite: Failed to achieve Quorum\n");
  assertEquals(differing.stats.client_non_quorum_w_responses, 1);
  const down = setUp();
  const second = down.take();
  second.begin(each, replicas, get, true, 0);
  act(second, 5, "f");
  assertEquals(down.out.sent, "");
  act(second, 3, "f");
  assertEquals(down.out.sent, "!Peer: 5 is down (node5); Peer: 3 is down (node3)\n");
});

Deno.test("ResponseCoordinator waits for the last reply of a target that has no vote, but not with its answer", () => {
  const { out, pool, take } = setUp();
  const coordinator = take();
  coordinator.begin(targets(Consistency.Quorum, [0, -1, 0, 0], [2]), replicas, get, true, 0);
  coordinator.onReply(1, lineReply("no vote"));
  coordinator.onReply(0, lineReply("v"));
  coordinator.onReply(2, lineReply("v"));
  assertEquals([out.sent, pool.given], ["v\n", 0]);
  coordinator.onReply(3, lineReply("v"));
  assertEquals(pool.given, 1);
});

Deno.test("ResponseCoordinator says at once that too few were asked", () => {
  const { out, pool, take } = setUp();
  const coordinator = take();
  coordinator.begin(targets(Consistency.Quorum, [0], [2]), replicas, get, false, 0);
  assertEquals([out.sent, pool.given], ["!Dynomite: Failed to achieve Quorum\n", 0]);
  coordinator.onReply(0, lineReply("late"));
  assertEquals([out.sent, pool.given], ["!Dynomite: Failed to achieve Quorum\n", 1]);
});

Deno.test("ResponseCoordinator goes back to its pool when nobody could be asked", () => {
  for (const level of [Consistency.One, Consistency.Quorum]) {
    const { out, pool, take } = setUp();
    take().begin(targets(level, [], [2]), replicas, get, false, 0);
    assertEquals([out.sent, pool.given], ["!Dynomite: Failed to achieve Quorum\n", 1]);
  }
});

Deno.test("ResponseCoordinator counts as missed what a replica refused or lost of a write that the client is told was done", () => {
  for (const order of orders(3)) {
    for (const level of [Consistency.One, Consistency.Quorum]) {
      const { missed, take } = setUp();
      const coordinator = take();
      coordinator.begin(local(level, 3), replicas, get, true, 0);
      for (const target of order) act(coordinator, target, target === 1 ? "e" : "a");
      assertEquals(missed, ["node1: Storage: !e"], `level ${level}, order ${order}`);
      const again = take();
      again.begin(local(level, 3), replicas, get, true, 0);
      for (const target of order) act(again, target, target === 2 ? "f" : "a");
      assertEquals(missed.slice(1), ["node2: Peer: 2 is down"]);
      // What all refuse was not done, and a read misses nothing.
      const refusedByAll = take();
      refusedByAll.begin(local(level, 3), replicas, get, true, 0);
      for (const target of order) act(refusedByAll, target, "e");
      const read = take();
      read.begin(local(level, 3), replicas, get, false, 0);
      for (const target of order) act(read, target, "aef"[target] as Outcome);
      assertEquals(missed.length, 2);
    }
  }
});

Deno.test("ResponseCoordinator counts failed quorums of reads and writes apart", () => {
  const { stats, measures, take } = setUp();
  for (const isWrite of [true, false, false]) {
    const coordinator = take();
    coordinator.begin(local(Consistency.SafeQuorum, 2), replicas, get, isWrite, 0);
    act(coordinator, 0, "a");
    act(coordinator, 1, "b");
  }
  assertEquals([stats.client_non_quorum_w_responses, stats.client_non_quorum_r_responses], [1, 2]);
  assertEquals([measures.failures[FailureKind.NoQuorum], measures.failureCount], [3, 3]);
});

Deno.test("ResponseCoordinator of a quiet request sends errors alone", () => {
  for (const early of [false, true]) {
    const { out, pool, take, queue } = setUp();
    const first = early ? take() : undefined;
    first?.beginSingle(0, NO_RETRY);
    const [good, bad, lost] = [take(1), take(1), take(1)];
    for (const coordinator of [good, bad, lost]) coordinator!.beginSingle(0, NO_RETRY);
    act(good!, 0, "a");
    act(bad!, 0, "e");
    act(lost!, 0, "f");
    first?.onReply(0, lineReply("first"));
    assertEquals(out.sent, (early ? "first\n" : "") + "!e\n!Peer: 0 is down\n");
    assertEquals([pool.idle.size, queue.count], [early ? 4 : pool.idle.size, 0]);
  }
});

Deno.test("ResponseCoordinator.settle() and settleFailure() answer for the node itself, in turn", () => {
  const { out, pool, take, measures } = setUp();
  const [first, second, third] = [take(), take(), take()];
  first!.beginSingle(0, NO_RETRY);
  second!.beginLocal(0);
  third!.beginLocal(0);
  const answer = encode("xxown answer\nxx");
  second!.settle(answer, 2, answer.length - 2, ReplyKind.Value);
  answer.fill(0);
  third!.settleFailure(new Failure(FailureKind.State, "Dynomite", "not now"));
  assertEquals([out.sent, pool.given], ["", 0]);
  act(first!, 0, "a");
  assertEquals([out.sent, pool.given, measures.failures[FailureKind.State]], [
    "a\nown answer\n!Dynomite: not now\n",
    3,
    1,
  ]);
});

Deno.test("ResponseCoordinator hands the answer of a part to its parent, once", () => {
  for (const sequence of sequences(outcomes, 3)) {
    const { out, pool } = setUp();
    const parts: string[] = [];
    const failed: FailureKind[] = [];
    const coordinator = pool.take();
    coordinator.adopt({
      failed: (kind) => failed.push(kind),
      onPart: (index, bytes, start, end, kind) => {
        parts.push(`${index} ${kind === ReplyKind.Error} ${new TextDecoder().decode(bytes.subarray(start, end))}`);
      },
    }, 7);
    coordinator.begin(local(Consistency.Quorum, 3), replicas, get, false, 0);
    sequence.forEach((outcome, target) => act(coordinator, target, outcome));
    assertEquals(parts.length, 1, sequence.join(""));
    const [, isError, text] = /^7 (true|false) (.*)\n$/.exec(parts[0]!)!;
    assertEquals(isError === "true", text!.startsWith("!"), sequence.join(""));
    assertEquals([pool.given, out.sent], [1, ""]);
    assertEquals(failed.length, text!.startsWith("!Peer") || text!.startsWith("!Dynomite") ? 1 : 0, text);
  }
});

for (const level of [Consistency.One, Consistency.SafeQuorum]) {
  Deno.test(`ResponseCoordinator of a client that left says nothing more, whenever it left (level ${level})`, () => {
    for (const sequence of sequences(outcomes, 3)) {
      for (let leaveAfter = 0; leaveAfter <= 3; leaveAfter++) {
        for (const first of [true, false]) {
          const what = `${sequence.join("")}, left after ${leaveAfter}, ${first ? "first" : "second"} in the queue`;
          const { out, pool, queue, take } = setUp();
          const before = first ? undefined : take();
          before?.beginSingle(0, NO_RETRY);
          const coordinator = take();
          coordinator.begin(local(level, 3), replicas, get, false, 0);
          let sent = "";
          for (let target = 0; target <= 3; target++) {
            if (target === leaveAfter) {
              queue.close();
              sent = out.sent;
            }
            if (target < 3) act(coordinator, target, sequence[target]!);
          }
          assertEquals([out.sent, pool.given, coordinator.ready], [sent, 1, false], what);
          if (before !== undefined) {
            act(before, 0, "a");
            assertEquals([out.sent, pool.given], [sent, 2], what);
          }
          assertStrictEquals(pool.idle.has(coordinator), true);
        }
      }
    }
  });
}
