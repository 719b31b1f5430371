/** ClientConnections to clients and a sink that the test plays, over a network and a clock that the test owns. */
import { assert, assertEquals } from "@std/assert";
import { VisitorMeasures } from "../../core/measures.ts";
import { ClientConnection } from "../../core/net/client_connection.ts";
import { Pressure } from "../../core/net/pressure.ts";
import { clientVisitor } from "../../core/net/visitor.ts";
import { Turn } from "../../core/net/turn.ts";
import { LineClient } from "./line_client.ts";
import { LineProtocol } from "./line_protocol.ts";
import { ManualSink } from "./manual_sink.ts";
import { type MemoryConnection, MemoryNetwork, type MemoryNetworkOptions } from "./memory_transport.ts";
import { RecordingLogger } from "./recording_logger.ts";
import { settled } from "./settled.ts";
import { SimClock } from "./sim_clock.ts";
import { testAccounts } from "./test_accounts.ts";
import { TestNodeView } from "./test_node_view.ts";
import { queueParts } from "./queue_parts.ts";

interface SetUp {
  readonly network?: MemoryNetworkOptions;
  readonly pendingMax?: number;
  readonly maxRequestBytes?: number;
  readonly memoryBytes?: number;
}

export async function setUp(
  { network: networkOptions, pendingMax = 1000, maxRequestBytes = 64 << 20, memoryBytes = 64 << 20 }: SetUp = {},
) {
  const clock = new SimClock();
  const network = new MemoryNetwork(networkOptions);
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 8102 });
  const logger = new RecordingLogger();
  const node = new TestNodeView(clock, logger);
  const protocol = new LineProtocol({ dialects: 2 });
  const sink = new ManualSink(protocol, node);
  const pressure = new Pressure(memoryBytes);
  const measures = new VisitorMeasures();
  const turn = new Turn(clock);
  const replies = queueParts(protocol, { measures, time: turn });
  const accounts = testAccounts(protocol, node);
  const connect = async (id: number) => {
    const client = new LineClient(await network.connect(listener.address, 1000));
    const served = await listener.accept() as MemoryConnection;
    const visit = () => clientVisitor(accounts, node, { maxRequestBytes });
    const parts = { protocol, visit, sink, node, turn, pressure, stats: node.stats, replies };
    const connection = new ClientConnection(id, served, { pendingMax }, parts);
    const state = { finished: false };
    const run = connection.run().then(() => void (state.finished = true));
    /** The client leaves: nothing may be left behind. */
    const leave = async () => {
      client.release();
      client.connection.close();
      while (sink.waiting.length > 0) sink.waiting[0]!.reply("unread");
      await settled();
      assert(state.finished, "run() goes on although the client is gone");
      await run;
    };
    return { client, served, connection, state, leave };
  };
  const first = await connect(1);
  const leave = async () => {
    await first.leave();
    assertEquals(pressure.usedBytes, 0, "memory is still charged");
  };
  return {
    ...first,
    leave,
    connect,
    clock,
    network,
    node,
    stats: node.stats,
    sink,
    pressure,
    measures,
    logger,
    accounts,
  };
}
