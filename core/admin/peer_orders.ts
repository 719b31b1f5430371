/** What an operator says of another node over the stats port, for this node alone. */
import type { PeerOrder } from "../node.ts";
import { badValue, OK, text } from "./responses.ts";

const orders: readonly PeerOrder[] = ["up", "down", "reset"];

/** Gives the order for the peer of this name, or for `all`. C Dynomite made `reset` of every order for all. */
export function orderPeer(
  node: { setPeer(name: string, order: PeerOrder): string | undefined },
  order: string,
  name: string,
): Response {
  const known = orders.find((one) => one === order);
  if (known === undefined) return badValue("order", order, `one of ${orders.join(", ")}`);
  const problem = node.setPeer(name, known);
  return problem === undefined ? text(OK) : text(`${problem}\n`, 400);
}
