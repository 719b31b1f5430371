import { CommandStats } from "../../core/command_stats.ts";
import type { Accounts } from "../../core/net/client_reply_queue.ts";
import type { NodeView } from "../../core/node_view.ts";
import type { Protocol } from "../../core/protocol.ts";

/** Accounts of a node that a test made of parts. */
export function testAccounts(protocol: Protocol, node: NodeView): Accounts {
  return { protocol, commandStats: new CommandStats(protocol.commands), slowLog: node.slowLog };
}
