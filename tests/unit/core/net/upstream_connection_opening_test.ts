/** How a link opens, greets, and is opened again. */
import { assert, assertEquals } from "@std/assert";
import { settled } from "../../../support/settled.ts";
import { setUp, TIMEOUT_MS } from "../../../support/upstream_link.ts";

Deno.test("UpstreamConnection opens with the first request, and those that come meanwhile wait for it", async () => {
  const { link, engine, sink, send, close, observer, pressure } = setUp();
  assertEquals(link.usable, true);
  send("get a");
  send("get b");
  assertEquals([link.up, link.usable, link.pendingRequests], [false, true, 2]);
  assert(pressure.usedBytes > 0, "what waits is charged");
  await settled();
  assertEquals(sink.calls, ["0: re get a", "1: re get b"]);
  assertEquals([link.up, engine.links.length, pressure.usedBytes], [true, 1, 0]);
  assertEquals(observer.events, ["up"]);
  await close();
});

Deno.test("UpstreamConnection tells those who waited for the first try that it failed", async () => {
  const { link, engine, network, sink, send, close, observer } = setUp();
  network.refuse(engine.address, "no route");
  send("get a");
  await settled();
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals(observer.events, [`down: connect 127.0.0.1:49152: no route`]);
  send("get b");
  assertEquals(sink.calls.length, 2, "at once, during a reconnect");
  assertEquals([link.usable, link.pendingRequests], [false, 0]);
  await close();
});

Deno.test("UpstreamConnection gives a request up in time while its first try hangs", async () => {
  const { clock, link, engine, network, sink, send, close } = setUp();
  network.unreachable(engine.address);
  send("get a");
  await clock.run(TIMEOUT_MS + 200);
  assertEquals(sink.calls, ["0! Storage: Datastore did not answer within 1000 ms (engine)"]);
  send("get b");
  network.restore(engine.address);
  await clock.run(4_000);
  assertEquals(sink.calls.length, 2);
  await clock.until(() => link.up);
  send("get c");
  await settled();
  assertEquals(sink.calls.at(-1), "2: re get c");
  await close();
});

Deno.test("UpstreamConnection takes no more than its limit while it opens, and after", async () => {
  const { link, engine, sink, send, close } = setUp({ pendingMax: 3 });
  engine.answer = () => undefined;
  for (const key of ["a", "b", "c", "d"]) send(`get ${key}`);
  assertEquals(sink.calls, ["3! Storage: Datastore has too many requests waiting (engine)"]);
  await settled();
  send("get e");
  assertEquals(sink.calls.length, 2);
  await engine.link.send("1\n");
  await settled();
  send("get f");
  assertEquals(sink.calls.slice(2), ["0: 1"]);
  assertEquals(link.pendingRequests, 3);
  await close();
});

Deno.test("UpstreamConnection fails what is outstanding when the engine ends the link, and connects again", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp();
  engine.answer = () => undefined;
  await link.start();
  send("get a");
  send("get b");
  await settled();
  engine.link.connection.close();
  await settled();
  assertEquals(sink.calls, [
    "0! Storage: Datastore closed the connection (engine)",
    "1! Storage: Datastore closed the connection (engine)",
  ]);
  assertEquals(observer.events, ["up", "2 dropped", "down (eof): closed by the other side"]);
  assertEquals([link.up, link.usable], [false, false]);
  send("get c");
  assertEquals(sink.calls[2], "2! Storage: Datastore is not connected (engine)");
  await clock.until(() => link.up);
  engine.answer = (line) => line;
  send("get d");
  await settled();
  assertEquals(sink.calls[3], "3: get d");
  assertEquals(engine.links.length, 2);
  await close();
});

Deno.test("UpstreamConnection tries again after waits that double and differ, up to the longest", async () => {
  const { clock, link, engine, network, close, observer } = setUp();
  network.refuse(engine.address);
  const tries: number[] = [];
  let seen = 0;
  await link.start();
  while (tries.length < 9) {
    if (network.connects > seen) tries.push(clock.now());
    seen = network.connects;
    await clock.run(1);
  }
  const waits = tries.slice(1).map((at, i) => at - tries[i]!);
  waits.forEach((wait, i) => {
    const most = Math.min(1000, 50 * 2 ** i);
    assert(wait >= most / 2 && wait <= most + 2, `wait ${i} of ${waits}`);
  });
  assert(waits.some((wait, i) => Math.abs(wait - Math.min(1000, 50 * 2 ** i)) > 5), `no jitter in ${waits}`);
  network.restore(engine.address);
  await clock.until(() => link.up);
  engine.link.connection.close();
  await settled();
  const lost = clock.now();
  await clock.until(() => link.up);
  assert(clock.now() - lost <= 50, "a link that was up begins with the shortest wait");
  assertEquals(observer.events.filter((event) => event === "up").length, 2);
  await close();
});

Deno.test("UpstreamConnection says its greeting first and hands none of its replies on", async () => {
  const { link, engine, sink, send, close } = setUp({ dialect: 1, credentials: { password: "secret" } });
  send("get early");
  await settled();
  assertEquals(engine.lines, ["hello 1", "auth secret", "get early"]);
  assertEquals(sink.calls, ["0: re get early"]);
  assertEquals(link.up, true);
  await close();
});

Deno.test("UpstreamConnection takes the replies to its greeting in any pieces", async () => {
  for (let cut = 1; cut < "ok 1\nok 2\n".length; cut++) {
    const { link, engine, close } = setUp({ dialect: 1, credentials: { password: "secret" } });
    engine.answer = () => undefined;
    const started = link.start();
    await settled();
    await engine.link.send("ok 1\nok 2\n".slice(0, cut));
    await settled();
    assertEquals(link.up, false);
    await engine.link.send("ok 1\nok 2\n".slice(cut));
    await started;
    assertEquals(link.up, true);
    await close();
  }
});

Deno.test("UpstreamConnection with a greeting that is refused sends nothing, and tries again", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp({ credentials: { password: "wrong" } });
  engine.answer = () => "!no such user";
  send("get early");
  await settled();
  assertEquals(engine.lines, ["auth wrong"]);
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals(observer.events, ["down: it refused the greeting: !no such user"]);
  engine.answer = () => "ok";
  await clock.until(() => link.up);
  await close();
});

Deno.test("UpstreamConnection whose dialect the engine does not know gives up for good", async () => {
  const { clock, link, engine, network, sink, send, close, observer } = setUp({ dialect: 1 });
  engine.answer = () => "!NOPROTO unsupported protocol version";
  send("get early");
  await settled();
  assertEquals(observer.events, ["unsupported: !NOPROTO unsupported protocol version"]);
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  await clock.run(60_000);
  assertEquals([network.connects, link.usable], [1, false]);
  send("get later");
  assertEquals(sink.calls.length, 2);
  await close();
});

Deno.test("UpstreamConnection does not wait without end for the answer to its greeting", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp({ dialect: 1 });
  engine.answer = () => undefined;
  send("get early");
  await clock.run(5_100);
  assertEquals(sink.calls, ["0! Storage: Datastore did not answer within 1000 ms (engine)"]);
  assertEquals(observer.events, ["1 late", "down (timeout): no answer to the greeting within 5000 ms"]);
  engine.answer = () => "ok";
  await clock.until(() => link.up);
  await close();
});

Deno.test("UpstreamConnection.close() of one never opened leaves nothing that could wait", async () => {
  const { network, link, send, sink, close } = setUp();
  await close();
  send("get a");
  await link.start();
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals([network.connects, link.usable], [0, false]);
});

Deno.test("UpstreamConnection.close() during a wait between two tries ends it", async () => {
  const { clock, network, engine, link, close } = setUp();
  network.refuse(engine.address);
  await link.start();
  await clock.run(500);
  await close();
  const { connects } = network;
  await clock.run(10_000);
  assertEquals(network.connects, connects);
});
