import { assertEquals } from "@std/assert";
import { decode, encode } from "../../../../core/bytes.ts";
import { ClientReplyQueue } from "../../../../core/net/client_reply_queue.ts";
import type { Protocol } from "../../../../core/protocol.ts";
import type { Session } from "../../../../core/session.ts";
import { RedisProtocol } from "../../../../protocols/redis/mod.ts";
import { CollectedOutput } from "../../../support/collected_output.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { SimClock } from "../../../support/sim_clock.ts";
import { testAccounts } from "../../../support/test_accounts.ts";
import { TestNodeView } from "../../../support/test_node_view.ts";
import { TestSlot } from "../../../support/test_slot.ts";
import { queueParts } from "../../../support/queue_parts.ts";

/** A client's queue; `ask` is a request in flight, `here` one that the node answers at once. */
function setUp(protocol: Protocol = new RedisProtocol()) {
  const node = new TestNodeView(new SimClock(), new RecordingLogger(), protocol);
  node.slowLog.slowerThanUs = 1000;
  const accounts = testAccounts(protocol, node);
  const session: Session = protocol.createSession(node);
  const parser = protocol.createRequestParser({ maxRequestBytes: 1 << 20 }, session);
  const out = new CollectedOutput();
  const time = { now: 0 };
  const owner = { remote: "10.0.0.1:5000", onSpace() {} };
  const parts = queueParts(protocol, { time });
  const queue = new ClientReplyQueue(accounts, parser.request, session, out, owner, parts);
  const parse = (line: string) => {
    const bytes = encode(line + "\r\n");
    assertEquals(parser.parse(bytes, 0, bytes.length), bytes.length, line);
  };
  const ask = (line: string) => {
    parse(line);
    const slot = new TestSlot();
    queue.push(slot);
    return slot;
  };
  const here = (line: string, answer: string, durationUs = 0) => {
    parse(line);
    const from = out.length;
    out.text(answer);
    queue.answered(from, durationUs);
  };
  const { commandStats, slowLog } = accounts;
  return {
    queue,
    out,
    time,
    session,
    ask,
    here,
    slowLog,
    commandStats,
    calls: () =>
      commandStats.list().map(({ name, calls, rejected, failed, latencyUs }) =>
        `${name} ${calls} ${rejected} ${failed} ${latencyUs?.sum ?? 0}`
      ),
    slow: () =>
      slowLog.newest(100).map(({ durationUs, args }) => `${durationUs} ${args.map((arg) => decode(arg)).join(" ")}`),
  };
}

Deno.test("ClientReplyQueue counts each request under its command, with the time to its answer", () => {
  const { queue, time, ask, here, calls } = setUp();
  const [first, second] = [ask("GET a"), ask("SET a b")];
  time.now = 0.25;
  second.settle(queue, "+OK\r\n");
  time.now = 0.5;
  first.settle(queue, "$1\r\nx\r\n");
  here("PING", "+PONG\r\n");
  here("ECHO x", "$1\r\nx\r\n", 30);
  assertEquals(calls().toSorted(), ["echo 1 0 0 30", "get 1 0 0 500", "ping 1 0 0 0", "set 1 0 0 500"]);
});

Deno.test("ClientReplyQueue logs what took as long as the threshold, with its arguments and its client", () => {
  const { queue, time, ask, session, slowLog, slow } = setUp();
  const [first, second] = [ask("GET fast"), ask("SET slow value")];
  time.now = 0.999;
  first.settle(queue, "$-1\r\n");
  time.now = 1;
  Object.assign(session, { name: "worker" });
  second.settle(queue, "+OK\r\n");
  assertEquals(slow(), ["1000 SET slow value"]);
  assertEquals(slowLog.list().map(({ client, client_name }) => [client, client_name]), [["10.0.0.1:5000", "worker"]]);
});

Deno.test("ClientReplyQueue logs a request whose client went away while it waited", () => {
  const { queue, time, ask, slow, calls } = setUp();
  ask("GET hanging");
  time.now = 3000;
  queue.close();
  assertEquals([slow(), calls()], [["3000000 GET hanging"], ["get 1 0 0 3000000"]]);
});

Deno.test("ClientReplyQueue logs a slow answer of the node itself", () => {
  const { here, slow } = setUp();
  here("CLIENT LIST", "$0\r\n\r\n", 1500);
  here("CLIENT LIST", "$0\r\n\r\n", 900);
  assertEquals(slow(), ["1500 CLIENT LIST"]);
});

Deno.test("ClientReplyQueue logs nothing while the slow log is off, and everything at a threshold of 0", () => {
  const { queue, time, ask, here, slowLog, slow } = setUp();
  slowLog.slowerThanUs = -1;
  const first = ask("GET a");
  time.now = 9000;
  first.settle(queue, "$-1\r\n");
  assertEquals(slow(), []);
  slowLog.slowerThanUs = 0;
  ask("GET b").settle(queue, "$-1\r\n");
  here("PING", "+PONG\r\n");
  assertEquals(slow(), ["0 PING", "0 GET b"]);
});

Deno.test("ClientReplyQueue names the command where the arguments were not kept", () => {
  const { queue, time, ask, slowLog, slow } = setUp();
  Object.assign(slowLog, { textBytesMax: 0 });
  const slot = ask("GET a");
  time.now = 2;
  slot.settle(queue, "$-1\r\n");
  assertEquals(slow(), ["2000 get ... (its arguments were not kept)"]);
});

Deno.test("ClientReplyQueue keeps passwords out of the slow log", () => {
  const { here, slowLog, slow } = setUp();
  slowLog.slowerThanUs = 0;
  here("AUTH hush", "+OK\r\n");
  here("HELLO 3 AUTH default hush", "+OK\r\n");
  here("CONFIG SET maxclients 5 requirepass hush", "+OK\r\n");
  assertEquals(slow(), [
    "0 CONFIG SET maxclients 5 requirepass (redacted)",
    "0 HELLO 3 AUTH (redacted) (redacted)",
    "0 AUTH (redacted)",
  ]);
});

Deno.test("ClientReplyQueue counts an error answer as a failed call, under its name", () => {
  const { queue, ask, here, calls, commandStats } = setUp();
  const [first, second] = [ask("GET a"), ask("GET b")];
  second.settle(queue, "-WRONGTYPE Operation against a key\r\n");
  first.settle(queue, "-ERR Storage: timeout\r\n");
  here("CONFIG SET x y", "-ERR no setting x\r\n");
  ask("GET c").settle(queue, "$-1\r\n");
  assertEquals(calls().toSorted(), ["config|set 1 0 1 0", "get 3 0 2 0"]);
  assertEquals([...commandStats.errors()], [["ERR", 2], ["WRONGTYPE", 1]]);
});

Deno.test("ClientReplyQueue counts what is refused before it was done as rejected, and does not log it", () => {
  const { queue, ask, here, slowLog, slow, calls, commandStats } = setUp();
  slowLog.slowerThanUs = 0;
  here("GET", "-ERR wrong number of arguments for 'get' command\r\n");
  here("NOSUCH", "-ERR unknown command 'NOSUCH'\r\n");
  here("CONFIG NOSUCH", "-ERR unknown subcommand 'NOSUCH'\r\n");
  here("SUBSCRIBE a", "-ERR SUBSCRIBE: publish and subscribe are not supported\r\n");
  here("CONFIG GET maxclients", "-NOAUTH Authentication required.\r\n");
  // The same behind a request that is waited for.
  const first = ask("GET a");
  const second = ask("SET k");
  second.settle(queue, "-ERR wrong number of arguments for 'set' command\r\n");
  first.settle(queue, "$-1\r\n");
  assertEquals(slow(), ["0 GET a"]);
  assertEquals(calls().toSorted(), ["config|get 0 1 0 0", "get 1 1 0 0", "set 0 1 0 0", "subscribe 0 1 0 0"]);
  assertEquals([...commandStats.errors()], [["ERR", 5], ["NOAUTH", 1]]);
});

Deno.test("ClientReplyQueue.emit() of nothing is no error", () => {
  const { queue, ask, calls, out } = setUp();
  const [first, second] = [ask("GET a"), ask("GET b")];
  second.settle(queue, "");
  first.settle(queue, "-ERR x\r\n");
  assertEquals([calls(), out.sent], [["get 2 0 1 0"], "-ERR x\r\n"]);
});
