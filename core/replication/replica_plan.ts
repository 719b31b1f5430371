/**
 * The replicas one request goes to, and what their replies count for: a consistency policy applied to the placement of one
 * key. Reused; a coordinator copies what it keeps.
 *
 * Reads ask who must answer. Writes go to every replica there is, whatever the level: the level only says who is waited for.
 *
 *     read    dc_one                 the nearest replica that is up
 *             dc_quorum, safe        the owner in every local rack
 *             dc_each_safe_quorum    the owner in every rack of every datacenter
 *     write   dc_one, quorum, safe   the owner in every local rack; in each other datacenter the owner in one rack, which
 *                                    passes it on to its other racks
 *             dc_each_safe_quorum    the owner in every rack of every datacenter, each directly: it is voted on there, and a
 *                                    copy that is passed on could not be told from a vote
 *
 * A target that is known to be down, or whose state does not allow the request, is planned like any other where its vote counts:
 * its link says at once that it failed, and the failure is named. Where one copy is enough, and for the one copy of another datacenter, somebody who is up is chosen, and whose state allows it.
 */
import { Consistency } from "../consistency.ts";
import { kindOf, Kinds } from "../node_state.ts";
import type { Replica } from "../replica.ts";
import { Access, Scope } from "../request.ts";
import type { Placement } from "../ring/placement.ts";
import { majority, policies } from "./consistency_policy.ts";

/** No vote: the reply is not waited for. */
export const NO_VOTE = -1;

export class ReplicaPlan {
  level: Consistency = Consistency.One;
  /** Targets are numbered from 0. */
  count = 0;
  /** Node (or rack) index of each target. */
  nodes = new Int32Array(8);
  /** How far the request goes on from each target. */
  scopes = new Uint8Array(8);
  /** Each target's vote: 0 for the local datacenter, then one number for each other; or NO_VOTE. */
  votes = new Int32Array(8);
  /** Votes, and for each how many good replies it takes. */
  voteCount = 0;
  required = new Int32Array(4);
  /** The target whose reply is the answer where one is enough. */
  preferred = 0;
  /** Datacenters whose copy goes to another rack than the preferred one. */
  failovers = 0;
  /** Datacenters of which no rack is up: their copy fails. */
  unreachable = 0;

  clear(level: Consistency): void {
    this.level = level;
    this.count = 0;
    this.voteCount = 0;
    this.preferred = 0;
    this.failovers = 0;
    this.unreachable = 0;
  }

  add(node: number, scope: Scope, vote: number): void {
    const at = this.count++;
    if (at === this.nodes.length) this.#grow();
    this.nodes[at] = node;
    this.scopes[at] = scope;
    this.votes[at] = vote;
  }

  /** Adds a replica for each of `nodes`, all with one vote of their own, of which a majority is required. */
  addVoters(nodes: readonly number[]): void {
    const vote = this.voteCount++;
    if (vote === this.required.length) this.required = grown(this.required);
    this.required[vote] = majority(nodes.length);
    for (let i = 0; i < nodes.length; i++) this.add(nodes[i]!, Scope.Node, vote);
  }

  #grow(): void {
    this.nodes = grown(this.nodes);
    this.votes = grown(this.votes);
    const scopes = new Uint8Array(this.nodes.length);
    scopes.set(this.scopes);
    this.scopes = scopes;
  }
}

/**
 * Fills `plan` for a request of this access and level. `replicas` are those that the placement's numbers mean. With `scope`
 * Datacenter another datacenter's coordinator asked: this one's racks alone are concerned. Where replicas do not pass a write
 * on to their own datacenter (`passedOn` false: commands for every node), each is sent its own copy.
 */
export function planReplicas(
  placement: Placement,
  replicas: readonly Replica[],
  access: Access,
  level: Consistency,
  scope: Scope,
  passedOn: boolean,
  plan: ReplicaPlan,
): void {
  plan.clear(level);
  const { one, everyDatacenter } = policies[level];
  const { local, remote, nearest } = placement;
  const isWrite = access === Access.Write;
  if (!isWrite && one) {
    const candidates = scope === Scope.Datacenter ? local : nearest;
    if (candidates.length > 0) plan.add(candidates[firstUp(candidates, replicas, Kinds.Reads)]!, Scope.Node, 0);
    return;
  }
  const kind = kindOf(access);
  plan.addVoters(local);
  plan.preferred = firstUp(local, replicas, kind);
  if (scope === Scope.Datacenter) return;
  for (let i = 0; i < remote.length; i++) {
    const owners = remote[i]!;
    if (everyDatacenter) plan.addVoters(owners);
    else if (isWrite && passedOn) {
      const chosen = firstUp(owners, replicas, kind);
      if (chosen > 0) plan.failovers++;
      else if (!replicas[owners[0]!]!.up) plan.unreachable++;
      plan.add(owners[chosen]!, Scope.Datacenter, NO_VOTE);
    } else if (isWrite) { for (const owner of owners) plan.add(owner, Scope.Node, NO_VOTE); }
  }
}

/**
 * Index of the first of `nodes`, from `from` on, that is up and does not avoid such requests; else of the first that is up; 0 when
 * none is.
 */
export function firstUp(nodes: readonly number[], replicas: readonly Replica[], kind: Kinds, from = 0): number {
  let second = -1;
  for (let i = from; i < nodes.length; i++) {
    const replica = replicas[nodes[i]!]!;
    if (!replica.up) continue;
    const { avoid } = replica;
    if (avoid === undefined || (avoid & kind) === 0) return i;
    if (second < 0) second = i;
  }
  return Math.max(0, second);
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const next = new Int32Array(array.length * 2);
  next.set(array);
  return next;
}
