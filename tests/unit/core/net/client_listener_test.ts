import { assert, assertEquals } from "@std/assert";
import { ClientListener } from "../../../../core/net/client_listener.ts";
import { Pressure } from "../../../../core/net/pressure.ts";
import { clientVisitor } from "../../../../core/net/visitor.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { LineClient } from "../../../support/line_client.ts";
import { LineProtocol } from "../../../support/line_protocol.ts";
import { ManualSink } from "../../../support/manual_sink.ts";
import { MemoryNetwork } from "../../../support/memory_transport.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";
import { testAccounts } from "../../../support/test_accounts.ts";
import { TestNodeView } from "../../../support/test_node_view.ts";
import { queueParts } from "../../../support/queue_parts.ts";

function setUp({ clientsMax = 0 } = {}) {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 8102 });
  const logger = new RecordingLogger();
  const node = new TestNodeView(clock, logger);
  const protocol = new LineProtocol();
  const sink = new ManualSink(protocol, node);
  const pressure = new Pressure(1 << 20);
  const turn = new Turn(clock);
  const visit = () => clientVisitor(testAccounts(protocol, node), node, { maxRequestBytes: 1000 });
  const clients = new ClientListener(
    listener,
    { clientsMax, pendingMax: 100 },
    {
      protocol,
      visit,
      sink,
      node,
      turn,
      pressure,
      stats: node.stats,
      replies: queueParts(protocol, { time: turn }),
    },
    clock,
    logger,
  );
  clients.start();
  const connect = async () => new LineClient(await network.connect(listener.address, 1000));
  return { clock, network, listener, logger, stats: node.stats, sink, clients, connect };
}

Deno.test("ClientListener serves many clients, each by its own number, and counts those that are open", async () => {
  const { clients, connect, sink, stats } = setUp();
  sink.answer = (line) => line;
  const open = [await connect(), await connect(), await connect()];
  await settled();
  assertEquals([clients.clients.length, stats.client_connections], [3, 3]);
  assertEquals(clients.clients.map(({ id }) => id), [1, 2, 3]);
  await Promise.all(open.map((client, i) => client.send(`get ${i}\n`)));
  await settled();
  assertEquals(open.map((client) => client.lines), [["get 0"], ["get 1"], ["get 2"]]);
  open[1]!.connection.close();
  await settled();
  assertEquals([clients.clients.map(({ id }) => id), stats.client_connections], [[1, 3], 2]);
  await connect();
  await settled();
  assertEquals(clients.clients.map(({ id }) => id), [1, 3, 4], "a number is never used again");
  await clients.close(1000);
});

Deno.test("ClientListener tells a client above the limit so, and takes the next when one has left", async () => {
  const { clients, connect, stats } = setUp({ clientsMax: 2 });
  const first = await connect();
  await connect();
  const third = await connect();
  await settled();
  assertEquals([third.lines, third.ended], [["!max number of clients reached"], true]);
  assertEquals([clients.clients.length, stats.client_rejected], [2, 1]);
  first.connection.close();
  await settled();
  const fourth = await connect();
  await fourth.send("ping\n");
  await settled();
  assertEquals(fourth.lines, ["pong"]);
  await clients.close(1000);
});

Deno.test("ClientListener pauses after a failed accept, and says so once", async () => {
  const { clock, listener, clients, connect, logger } = setUp();
  for (let i = 0; i < 3; i++) listener.fail("too many open files");
  const client = await connect();
  await client.send("ping\n");
  await settled();
  assertEquals([client.lines, clock.timerCount], [[], 1]);
  await clock.run(99);
  assertEquals(client.lines, []);
  await clock.run(201);
  assertEquals(client.lines, ["pong"]);
  const told = () => logger.lines.filter((line) => line.startsWith("error"));
  assertEquals(told(), [
    "error: no connection can be accepted on 127.0.0.1:8102, trying again every 100 ms: too many open files",
  ]);
  listener.fail("again");
  await clock.run(100);
  assertEquals(told().length, 2, "and once more the next time");
  await clients.close(1000);
});

Deno.test("ClientListener.close() takes nobody new, and ends idle clients at once", async () => {
  const { clock, clients, connect, stats } = setUp();
  const client = await connect();
  await settled();
  await clients.close(1000);
  await settled();
  assertEquals([client.ended, clients.clients.length, stats.client_connections, clock.timerCount], [true, 0, 0, 0]);
  const refused = await connect().then(() => "connected", () => "refused");
  assertEquals(refused, "refused");
});

Deno.test("ClientListener.close() lets clients have the answers they wait for", async () => {
  const { clock, clients, connect, sink } = setUp();
  const client = await connect();
  await client.send("get a\n");
  await settled();
  let closed = false;
  const closing = clients.close(1000).then(() => closed = true);
  await clock.run(900);
  assertEquals([closed, client.ended], [false, false]);
  sink.waiting[0]!.reply("re a");
  await closing;
  await settled();
  assertEquals([client.lines, client.ended, clock.timerCount], [["re a"], true, 0]);
});

Deno.test("ClientListener.close() ends at once, after its patience, who still waits", async () => {
  const { clock, clients, connect, stats } = setUp();
  const client = await connect();
  await client.send("get a\n");
  await settled();
  const closing = clients.close(1000);
  await clock.run(1000);
  await closing;
  await settled();
  assertEquals([client.lines, client.ended, stats.client_dropped_requests], [[], true, 1]);
});

Deno.test("ClientListener.close() with nobody connected is done at once", async () => {
  const { clock, clients } = setUp();
  await clients.close(1000);
  assertEquals(clock.timerCount, 0);
});

Deno.test("ClientListener.close() during a pause after a failed accept ends the pause", async () => {
  const { clock, listener, clients } = setUp();
  listener.fail("too many open files");
  await settled();
  let closed = false;
  const closing = clients.close(1000).then(() => closed = true);
  await clock.run(100);
  await closing;
  assert(closed);
  assertEquals(clock.timerCount, 0);
});
