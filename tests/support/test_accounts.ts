import { CommandStats } from "../../core/command_stats.ts";
import { HotKeys } from "../../core/hot_keys.ts";
import type { Accounts } from "../../core/net/client_reply_queue.ts";
import type { NodeView } from "../../core/node_view.ts";
import type { Protocol } from "../../core/protocol.ts";

/** Accounts of a node that a test made of parts. */
export function testAccounts(protocol: Protocol, node: NodeView): Accounts {
  const { slowLog, clock, random } = node;
  const commandStats = new CommandStats(protocol.commands);
  return { protocol, commandStats, slowLog, hotKeys: new HotKeys(protocol, clock, random, { sampleEvery: 256 }) };
}
