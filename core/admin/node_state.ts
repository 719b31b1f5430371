/** The state of this node over the stats port. */
import { type NodeState, stateByPath } from "../node_state.ts";
import { badValue, OK, text } from "./responses.ts";

/** `State: NORMAL`. */
export function showState(state: NodeState): Response {
  return text(`State: ${state}\n`);
}

/** Puts the node in the state of this name. */
export function changeState(node: { setState(state: NodeState): string | undefined }, name: string): Response {
  if (!Object.hasOwn(stateByPath, name)) {
    return badValue("state", name, `one of ${Object.keys(stateByPath).join(", ")}`);
  }
  const problem = node.setState(stateByPath[name]!);
  return problem === undefined ? text(OK) : text(`${problem}\n`, 409);
}
