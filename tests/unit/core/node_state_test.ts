import { assert, assertEquals } from "@std/assert";
import {
  kindOf,
  Kinds,
  nodeStates,
  putOff,
  readState,
  refusalOf,
  stateByPath,
  stateFailureKind,
  stateRefusal,
} from "../../../core/node_state.ts";
import { FailureKind } from "../../../core/reply.ts";
import { Access } from "../../../core/request.ts";

Deno.test("nodeStates have C Dynomite's numbers, each its own", () => {
  const codes = Object.fromEntries(Object.entries(nodeStates).map(([name, { code }]) => [name, code]));
  assertEquals(codes, { JOINING: 7, NORMAL: 4, STANDBY: 1, WRITES_ONLY: 2, RESUMING: 3, DOWN: 8, LEAVING: 6 });
});

Deno.test("nodeStates have others avoid whatever is refused or put off", () => {
  for (const [name, { refuses, avoid, queuesWrites }] of Object.entries(nodeStates)) {
    assertEquals(refuses & ~avoid, 0, name);
    if (queuesWrites) assert((avoid & Kinds.Writes) !== 0 && (refuses & Kinds.Writes) === 0, name);
  }
  assertEquals([nodeStates.NORMAL.avoid, nodeStates.RESUMING.avoid], [Kinds.None, Kinds.Reads]);
});

Deno.test("kindOf() takes all for reads that change nothing", () => {
  assertEquals([Access.None, Access.Read, Access.Write].map(kindOf), [Kinds.Reads, Kinds.Reads, Kinds.Writes]);
});

Deno.test("readState() takes a state it does not know for NORMAL", () => {
  assertEquals(["STANDBY", "LEAVING", "HIBERNATING", "toString", "", undefined].map(readState), [
    "STANDBY",
    "LEAVING",
    "NORMAL",
    "NORMAL",
    "NORMAL",
    "NORMAL",
  ]);
});

Deno.test("stateByPath names what an operator may set", () => {
  assertEquals(Object.values(stateByPath).map((state) => state.toLowerCase()), Object.keys(stateByPath));
});

Deno.test("stateFailureKind() knows a refusal of a state by its words, in C Dynomite's too", () => {
  assertEquals(stateFailureKind("Dynomite's current state does not allow this request"), FailureKind.State);
  assertEquals(stateFailureKind(stateRefusal.text), FailureKind.State);
  assertEquals(stateFailureKind(refusalOf("10.0.0.2:8101", "STANDBY").text), FailureKind.State);
  assertEquals(stateFailureKind(putOff.text), FailureKind.Queued);
  assertEquals(stateFailureKind("Datastore refused connection"), undefined);
  assertEquals(
    stateRefusal.toString(),
    "Dynomite: Dynomite's current state does not allow this request",
  );
});
