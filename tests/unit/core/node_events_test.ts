import { assertEquals } from "@std/assert";
import { eventsBetween, type NodeEvent, NodeEvents, type NodeSnapshot } from "../../../core/node_events.ts";
import type { NodeState } from "../../../core/node_state.ts";
import { RecordingLogger } from "../../support/recording_logger.ts";

const snapshot = (version: number, states: Record<string, NodeState>, missedWrites = 0): NodeSnapshot => ({
  version,
  states: new Map(Object.entries(states)),
  missedWrites,
});

Deno.test("eventsBetween() says nothing of what stayed", () => {
  const same = snapshot(3, { a: "NORMAL", b: "DOWN" }, 7);
  assertEquals(eventsBetween(same, snapshot(3, { a: "NORMAL", b: "DOWN" }, 7)), []);
});

Deno.test("eventsBetween() tells the ring first, then states, then writes that were missed", () => {
  const before = snapshot(1, { a: "NORMAL", b: "NORMAL", gone: "DOWN" }, 2);
  const after = snapshot(2, { a: "STANDBY", b: "NORMAL", joined: "NORMAL", late: "JOINING" }, 5);
  assertEquals(eventsBetween(before, after), [
    { type: "ring", version: 2, nodes: ["a", "b", "joined", "late"] },
    { type: "state", node: "a", state: "STANDBY", before: "NORMAL" },
    { type: "state", node: "late", state: "JOINING", before: "NORMAL" },
    { type: "missed_writes", count: 3 },
  ]);
});

Deno.test("eventsBetween() makes nothing of a counter that was set back", () => {
  assertEquals(eventsBetween(snapshot(1, {}, 9), snapshot(1, {}, 1)), []);
});

Deno.test("NodeEvents.look() takes no snapshot while nobody listens, and starts from the one of the subscription", () => {
  const events = new NodeEvents(new RecordingLogger());
  events.look(() => {
    throw new Error("nobody listens");
  });
  const heard: NodeEvent[] = [];
  const end = events.subscribe((event) => heard.push(event), snapshot(1, { a: "NORMAL" }));
  events.look(() => snapshot(1, { a: "DOWN" }));
  events.look(() => snapshot(1, { a: "DOWN" }));
  assertEquals(heard, [{ type: "state", node: "a", state: "DOWN", before: "NORMAL" }]);
  end();
  events.look(() => {
    throw new Error("nobody listens any more");
  });
});

Deno.test("NodeEvents.look() logs a listener that throws and goes on with the others", () => {
  const logger = new RecordingLogger();
  const events = new NodeEvents(logger);
  const now = snapshot(1, {});
  events.subscribe(() => {
    throw new Error("broken");
  }, now);
  let heard = 0;
  events.subscribe(() => heard++, now);
  events.look(() => snapshot(1, {}, 1));
  assertEquals(heard, 1);
  assertEquals(logger.lines.filter((line) => line.includes("broken")).length, 1);
});
