import { assertEquals } from "@std/assert";
import { Consistency } from "../../../../core/consistency.ts";
import { majority } from "../../../../core/replication/consistency_policy.ts";
import { firstUp, planReplicas, ReplicaPlan } from "../../../../core/replication/replica_plan.ts";
import { Kinds } from "../../../../core/node_state.ts";
import type { Replica } from "../../../../core/replica.ts";
import { Access, Scope } from "../../../../core/request.ts";
import type { Placement } from "../../../../core/ring/placement.ts";

const { One, Quorum, SafeQuorum, EachSafeQuorum } = Consistency;

/** Three local racks with the owners 0 to 2, two in another datacenter with 3 and 4, one in a third with 5. */
const placement: Placement = { id: 0, local: [0, 1, 2], remote: [[3, 4], [5]], nearest: [0, 1, 2, 3, 4, 5] };

/** In short: node, how far it goes on (n or d), and its vote (or - for none); then what each vote needs. */
function planned(access: Access, level: Consistency, { down = [], scope = Scope.Ring, passedOn = true }: {
  down?: number[];
  scope?: Scope;
  passedOn?: boolean;
} = {}): string {
  const replicas: Replica[] = placement.nearest.map((i) => ({ name: `${i}`, up: !down.includes(i), send() {} }));
  const plan = new ReplicaPlan();
  planReplicas(placement, replicas, access, level, scope, passedOn, plan);
  const targets = Array.from({ length: plan.count }, (_, i) => {
    const vote = plan.votes[i]! < 0 ? "-" : plan.votes[i];
    return `${plan.nodes[i]}${plan.scopes[i] === Scope.Datacenter ? "d" : "n"}${vote}`;
  });
  const required = Array.from(plan.required.subarray(0, plan.voteCount));
  return `${targets.join(" ")} of ${required.join()}, ${plan.preferred}`;
}

Deno.test("majority() is more than half", () => {
  assertEquals([1, 2, 3, 4, 5, 6, 7].map(majority), [1, 2, 2, 3, 3, 4, 4]);
});

Deno.test("planReplicas() of a read asks those that must answer", () => {
  assertEquals(planned(Access.Read, One), "0n0 of , 0");
  assertEquals(planned(Access.Read, Quorum), "0n0 1n0 2n0 of 2, 0");
  assertEquals(planned(Access.Read, SafeQuorum), "0n0 1n0 2n0 of 2, 0");
  assertEquals(planned(Access.Read, EachSafeQuorum), "0n0 1n0 2n0 3n1 4n1 5n2 of 2,2,1, 0");
});

Deno.test("planReplicas() of a write goes to every replica; another datacenter passes its one copy on", () => {
  for (const level of [One, Quorum, SafeQuorum]) {
    assertEquals(planned(Access.Write, level), "0n0 1n0 2n0 3d- 5d- of 2, 0");
  }
});

Deno.test("planReplicas() of a write with a vote in every datacenter sends each replica its own copy", () => {
  assertEquals(planned(Access.Write, EachSafeQuorum), "0n0 1n0 2n0 3n1 4n1 5n2 of 2,2,1, 0");
});

Deno.test("planReplicas() reads the nearest that is up, in another datacenter if need be", () => {
  assertEquals(planned(Access.Read, One, { down: [0] }), "1n0 of , 0");
  assertEquals(planned(Access.Read, One, { down: [0, 1, 2, 3] }), "4n0 of , 0");
  assertEquals(planned(Access.Read, One, { down: [0, 1, 2, 3, 4, 5] }), "0n0 of , 0");
});

Deno.test("planReplicas() of a write prefers who is up, and finds another rack for a datacenter's copy", () => {
  assertEquals(planned(Access.Write, One, { down: [0, 3] }), "0n0 1n0 2n0 4d- 5d- of 2, 1");
});

Deno.test("planReplicas() for another datacenter's coordinator stays in this one", () => {
  const scope = Scope.Datacenter;
  assertEquals(planned(Access.Write, One, { scope }), "0n0 1n0 2n0 of 2, 0");
  assertEquals(planned(Access.Read, One, { scope, down: [0, 1, 2] }), "0n0 of , 0");
});

Deno.test("planReplicas() of a command that is not passed on sends a copy to each", () => {
  assertEquals(planned(Access.Write, One, { passedOn: false }), "0n0 1n0 2n0 3n- 4n- 5n- of 2, 0");
});

Deno.test("ReplicaPlan grows with the racks there are, and is as good as new when used again", () => {
  const plan = new ReplicaPlan();
  const local = Array.from({ length: 40 }, (_, i) => i);
  const remote = Array.from({ length: 9 }, (_, i) => [40 + i]);
  const replicas = Array.from({ length: 49 }, (_, i) => ({ name: `${i}`, up: true, send() {} }));
  const wide = { id: 0, local, remote, nearest: [...local, ...remote.flat()] };
  planReplicas(wide, replicas, Access.Write, EachSafeQuorum, Scope.Ring, true, plan);
  assertEquals([plan.count, plan.voteCount, plan.required[0], plan.votes[48]], [49, 10, 21, 9]);
  planReplicas(wide, replicas, Access.Read, One, Scope.Ring, true, plan);
  assertEquals([plan.count, plan.voteCount, plan.nodes[0]], [1, 0, 0]);
});

Deno.test("firstUp() takes who is up and need not be avoided, else who is up, else the first", () => {
  const replica = (up: boolean, avoid?: Kinds): Replica => ({
    name: "",
    up,
    ...(avoid === undefined ? {} : { avoid }),
    send() {},
  });
  const first = (kind: Kinds, ...replicas: Replica[]) => firstUp([...replicas.keys()], replicas, kind);
  const { Reads, Writes, All, None } = Kinds;
  assertEquals(first(Reads, replica(true, Reads), replica(true, Writes), replica(true)), 1);
  assertEquals(first(Writes, replica(true, Reads), replica(true, Writes)), 0);
  assertEquals(first(Writes, replica(true, All), replica(false, None), replica(true, None)), 2);
  assertEquals(first(Reads, replica(false), replica(true, All), replica(true, Reads)), 1);
  assertEquals(first(Reads, replica(true, All), replica(true, All)), 0);
  assertEquals(first(Reads, replica(false), replica(false, All)), 0);
  // From a place on: there is nobody left behind it.
  const three = [replica(true), replica(true, Reads), replica(false)];
  assertEquals([firstUp([0, 1, 2], three, Reads, 1), firstUp([0, 1, 2], three, Reads, 2)], [1, 0]);
});
