/**
 * The program with OTEL_DENO=true, and a collector that the test plays: what is exported of a request and its hops. The permissions
 * are those of `deno task start`.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { freePort, Program, until } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";

interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

/** An OTLP/HTTP endpoint that takes JSON and keeps the spans of the scope `dynomite`. */
function startCollector() {
  const spans: SpanJson[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      for (const { scopeSpans } of body.resourceSpans) {
        for (const { scope, spans: some } of scopeSpans) if (scope.name === "dynomite") spans.push(...some);
      }
    }
    return Response.json({});
  });
  return { spans, url: `http://127.0.0.1:${server.addr.port}`, [Symbol.asyncDispose]: () => server.shutdown() };
}

const attributesOf = ({ attributes }: SpanJson) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function environment(more: Readonly<Record<string, string>>): Record<string, string> {
  return { ...Deno.env.toObject(), ...more };
}

Deno.test("a traced request is a span, and what it asked are spans under it", async () => {
  await using collector = startCollector();
  const folder = await Deno.makeTempDir();
  try {
    const [port, peerPort, statsPort, deadPort] = [freePort(), freePort(), freePort(), freePort()];
    await Deno.writeTextFile(
      `${folder}/node.yml`,
      `dyn_o_mite:
  listen: 127.0.0.1:${port}
  dyn_listen: 127.0.0.1:${peerPort}
  stats_listen: 127.0.0.1:${statsPort}
  tokens: 0
  dyn_seeds:
  - 127.0.0.1:${deadPort}:rack2:localdc:0
  servers:
  - embedded
  trace_sample_every: 1
`,
    );
    const env = environment({
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    });
    await using program = await Program.start(["-c", `${folder}/node.yml`], folder, [], { env });
    using client = await RespClient.connect(port);
    assertEquals((await client.call("SET", "k", "v")).text, "OK");
    assertEquals((await client.call("LPUSH", "k", "v")).type, "-");
    // What is still to be exported is exported at the end.
    program.kill("SIGTERM");
    assertEquals((await program.ended()).code, 0);
    await until("the spans arrive", () => collector.spans.length >= 6, 30_000);
    const root = (name: string) => collector.spans.find((span) => span.name === name && !span.parentSpanId)!;
    const under = ({ traceId, spanId }: SpanJson) =>
      collector.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);
    const set = root("SET");
    assertEquals(set.kind, 2);
    assert(BigInt(set.endTimeUnixNano) >= BigInt(set.startTimeUnixNano));
    const { "client.port": clientPort, ...facts } = attributesOf(set);
    assertMatch(String(clientPort), /^\d+$/);
    assertEquals(facts, {
      "db.system.name": "redis",
      "db.operation.name": "SET",
      "dynomite.request.bytes": 27,
      "client.address": "127.0.0.1",
      "dynomite.rack": "localrack",
      "dynomite.datacenter": "localdc",
    });
    const hops = under(set).toSorted((a, b) => a.name < b.name ? -1 : 1);
    assertEquals(hops.map(({ name, kind }) => [name, kind]), [["engine", 3], ["peer", 3]]);
    assertEquals(attributesOf(hops[0]!), {
      "dynomite.hop": "engine",
      "dynomite.rack": "localrack",
      "dynomite.datacenter": "localdc",
      "server.address": "embedded",
      "dynomite.outcome": "ok",
    });
    const peer = attributesOf(hops[1]!);
    assertEquals([peer["server.address"], String(peer["server.port"])], ["127.0.0.1", String(deadPort)]);
    assertEquals([peer["dynomite.rack"], peer["dynomite.outcome"]], ["rack2", "NotConnected"]);
    assertEquals(hops[1]!.status?.code, 2);
    assertMatch(hops[1]!.status?.message ?? "", /^Peer: /);
    const push = root("LPUSH");
    assertEquals([attributesOf(push)["error.type"], push.status?.code], ["WRONGTYPE", 2]);
    assertEquals(attributesOf(under(push).find(({ name }) => name === "engine")!)["dynomite.outcome"], "error");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a node that shall trace without OTEL_DENO says that nothing is exported, and serves", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const conf =
      `p:\n  listen: 127.0.0.1:${port}\n  stats_listen: 127.0.0.1:${freePort()}\n  servers:\n  - embedded\n  ` +
      "trace_sample_every: 1\n";
    await Deno.writeTextFile(`${folder}/node.yml`, conf);
    await using program = await Program.start(["-c", `${folder}/node.yml`], folder);
    using client = await RespClient.connect(port);
    assertEquals((await client.call("SET", "k", "v")).text, "OK");
    program.kill("SIGTERM");
    assertMatch((await program.ended()).stderr, /trace_sample_every is 1, but OTEL_DENO is not true/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
