/**
 * What load balancers and orchestrators ask. `/healthz`: the process lives; whoever restarts it on a failure of this must not do
 * so because its engine is away. `/readyz`: this node should be sent clients; where not, the answer says why.
 */
import { OK, text } from "./responses.ts";

export interface Readiness {
  /** The client port is open and no stop has begun. */
  readonly serving: boolean;
  /** The node's state (NORMAL, STANDBY ...). */
  readonly state: string;
  /** The engine behind it. */
  readonly engine: { readonly name: string; readonly up: boolean };
}

export function showReadiness(readiness: Readiness): Response {
  const problem = whyNotReady(readiness);
  return problem === undefined ? text(OK) : text(`${problem}\n`, 503);
}

/** Undefined when it is ready. */
export function whyNotReady({ serving, state, engine }: Readiness): string | undefined {
  if (!serving) return "the client port is not open: the node starts or stops";
  if (state !== "NORMAL") return `the node's state is ${state}, and only NORMAL takes every request`;
  return engine.up ? undefined : `the datastore ${engine.name} is not up`;
}
