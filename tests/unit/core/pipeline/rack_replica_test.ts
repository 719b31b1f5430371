import { assertEquals } from "@std/assert";
import { RackReplica } from "../../../../core/pipeline/rack_replica.ts";
import type { Replica } from "../../../../core/replica.ts";
import { Failure, FailureKind, type ReplySink } from "../../../../core/reply.ts";
import { Scope } from "../../../../core/request.ts";
import { LineProtocol, lineReply, lineRequest } from "../../../support/line_protocol.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";

/** A node that answers when the test says so. */
class ManualReplica implements Replica {
  up = true;
  scope: Scope | undefined;
  #sink: ReplySink | undefined;
  #target = 0;
  constructor(readonly name: string) {}
  send(request: { readonly scope: Scope }, sink: ReplySink, target: number): void {
    this.scope = request.scope;
    this.#sink = sink;
    this.#target = target;
  }
  reply(line: string): void {
    this.#sink!.onReply(this.#target, lineReply(line));
  }
  fail(): void {
    this.#sink!.onFailure(this.#target, new Failure(FailureKind.Disconnected, "Peer", `${this.name} is gone`));
  }
}

function setUp() {
  const nodes = [new ManualReplica("a"), new ManualReplica("b"), new ManualReplica("c")] as const;
  const rack = new RackReplica("dc/rack", nodes, new LineProtocol());
  const sink = new RecordingSink();
  return { nodes, rack, sink };
}

Deno.test("RackReplica.send() asks every node, and joins their replies in the order of the nodes", () => {
  const { nodes: [a, b, c], rack, sink } = setUp();
  rack.send(lineRequest("keys"), sink, 7);
  assertEquals([a.scope, b.scope, c.scope], [Scope.Node, Scope.Node, Scope.Node]);
  c.reply("z");
  a.reply("x");
  assertEquals(sink.calls, []);
  b.reply("y");
  assertEquals(sink.calls, ["7: x y z"]);
});

Deno.test("RackReplica fails when one of its nodes does, once all are heard", () => {
  const { nodes: [a, b, c], rack, sink } = setUp();
  rack.send(lineRequest("keys"), sink, 1);
  b.fail();
  a.reply("x");
  assertEquals(sink.calls, []);
  c.reply("z");
  assertEquals(sink.calls, ["1! Peer: b is gone"]);
});

Deno.test("RackReplica passes an error of one node on, and is as good as new for the next request", () => {
  const { nodes: [a, b, c], rack, sink } = setUp();
  rack.send(lineRequest("flush"), sink, 0);
  a.reply("ok");
  b.reply("!no");
  c.reply("ok");
  rack.send(lineRequest("flush"), sink, 1);
  for (const node of [a, b, c]) node.reply("ok");
  assertEquals(sink.calls, ["0: !no", "1: ok"]);
});

Deno.test("RackReplica is up while all its nodes are", () => {
  const { nodes: [, b], rack } = setUp();
  assertEquals(rack.up, true);
  b.up = false;
  assertEquals(rack.up, false);
});
