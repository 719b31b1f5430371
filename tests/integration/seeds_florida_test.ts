/** florida_provider against real HTTP servers. */
import { assertEquals, assertRejects } from "@std/assert";
import { FloridaProvider } from "../../gossip/seeds/florida_provider.ts";
import type { SeedVariable } from "../../gossip/seeds/variables.ts";
import { testSeedsProvider } from "../conformance/seeds_provider.ts";
import { FloridaServer } from "../support/florida_server.ts";
import { parseSeed, recordsOf } from "../support/seed_records.ts";

type Variables = Partial<Record<SeedVariable, string>>;
const [one, two] = ["10.0.0.1:8101:rack1:dc1:0", "10.0.0.2:8101:rack2:dc1:0"] as const;

function providerAt(port: number, variables: Variables = {}): FloridaProvider {
  const all: Variables = { DYNOMITE_FLORIDA_PORT: String(port), ...variables };
  return new FloridaProvider((name) => all[name], parseSeed);
}
const ask = async (provider: FloridaProvider) => recordsOf(await provider.ask(new AbortController().signal));

testSeedsProvider("FloridaProvider", () => {
  let text = "";
  const server = new FloridaServer(() => [text]);
  let open = true;
  const close = async () => {
    if (open) await server[Symbol.asyncDispose]();
    open = false;
  };
  let answerLate = () => {};
  return Promise.resolve({
    provider: providerAt(server.port),
    put(list: string) {
      text = list;
      return Promise.resolve();
    },
    silence() {
      server.answer = () => new Promise((resolve) => answerLate = () => resolve(new Response(one)));
    },
    remove: close,
    [Symbol.asyncDispose]: () => {
      answerLate();
      return close();
    },
  });
});

Deno.test("FloridaProvider sends the request of C Dynomite, or the one it is given", async () => {
  await using server = new FloridaServer(() => [one]);
  const seen: string[] = [];
  server.answer = async (request) => {
    const { method, url, headers } = request;
    const { pathname, search } = new URL(url);
    seen.push(
      [
        method,
        pathname + search,
        headers.get("host"),
        headers.get("user-agent"),
        headers.get("x-key"),
        await request.text(),
      ]
        .join(" "),
    );
    return new Response(one);
  };
  await ask(providerAt(server.port));
  const request = "POST /cluster1?all=1 HTTP/1.1\r\nHost: seeds.example\r\nX-Key: abc\r\n\r\nbody";
  await ask(providerAt(server.port, { DYNOMITE_FLORIDA_IP: "localhost", DYNOMITE_FLORIDA_REQUEST: request }));
  assertEquals(seen[0], `GET /REST/v1/admin/get_seeds 127.0.0.1:${server.port} HTMLGET 1.0  `);
  assertEquals(seen[1]!.replace(/ Deno\/\S+/, ""), "POST /cluster1?all=1 seeds.example abc body");
});

Deno.test("FloridaProvider reads chunked and compressed bodies and follows redirects", async () => {
  await using server = new FloridaServer(() => []);
  const pieces = (...texts: string[]) => ReadableStream.from(texts).pipeThrough(new TextEncoderStream());
  server.answer = ({ url }) => {
    if (url.endsWith("/get_seeds")) return Response.redirect(new URL("/moved", url));
    return new Response(pieces(one.slice(0, 5), one.slice(5), "|", two));
  };
  assertEquals(await ask(providerAt(server.port)), [one, two]);
  server.answer = () =>
    new Response(pieces(one, "|", two).pipeThrough(new CompressionStream("gzip")), {
      headers: { "content-encoding": "gzip" },
    });
  assertEquals(await ask(providerAt(server.port)), [one, two]);
});

Deno.test("FloridaProvider reads an answer of HTTP/1.0 without a length, in pieces", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    const connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    for (const part of ["HTTP/1.0 200 OK\r\nContent-Ty", "pe: text/plain\r\n\r", `\n${one}|`, two]) {
      await connection.write(new TextEncoder().encode(part));
    }
    connection.close();
  })();
  assertEquals(await ask(providerAt(listener.addr.port)), [one, two]);
  await served;
});

Deno.test("FloridaProvider refuses other statuses, endless bodies and what is no text", async () => {
  await using server = new FloridaServer(() => []);
  const provider = providerAt(server.port);
  server.answer = () => new Response(one, { status: 503 });
  await assertRejects(() => ask(provider), Error, "the answer is HTTP status 503");
  server.answer = () => new Response(null, { status: 204 });
  await assertRejects(() => ask(provider), Error, "the answer is HTTP status 204");
  let sent = 0;
  server.answer = () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          // A bound of its own, should the provider have none.
          if (sent > 64 * 1024 * 1024) return controller.close();
          sent += 65536;
          controller.enqueue(new Uint8Array(65536).fill(0x20));
        },
      }),
    );
  await assertRejects(() => ask(provider), Error, "the answer is larger than 1048576 bytes");
  server.answer = () => new Response(new Uint8Array([0xff, 0xfe]));
  await assertRejects(() => ask(provider), Error, "the answer is not UTF-8 text");
});

Deno.test("FloridaProvider gives up a body that does not end", async () => {
  await using server = new FloridaServer(() => []);
  let begun = () => {};
  const sending = new Promise<void>((resolve) => begun = resolve);
  let given = () => {};
  const givenUp = new Promise<void>((resolve) => given = resolve);
  server.answer = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(`${one}|`));
          begun();
        },
        cancel: () => given(),
      }),
    );
  const abort = new AbortController();
  const answer = providerAt(server.port).ask(abort.signal);
  await sending;
  abort.abort(new Error("no answer in time"));
  await assertRejects(() => answer, Error, "no answer in time");
  await givenUp;
});

Deno.test("the Florida server serves its file as a program, as the README shows it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
  const program = new URL("../support/florida_server.ts", import.meta.url).pathname;
  await Deno.writeTextFile(`${folder}/seeds.txt`, `# the ring\n${one}\n`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-net", "--allow-read", program, "0", "seeds.txt"],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  try {
    let printed = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += text;
      if (printed.includes("\n")) break;
    }
    const provider = providerAt(Number(/:(\d+)\//.exec(printed)![1]));
    assertEquals(await ask(provider), [one]);
    await Deno.writeTextFile(`${folder}/seeds.txt`, `${one}\n${two}\n`);
    assertEquals(await ask(provider), [one, two]);
  } finally {
    child.kill("SIGTERM");
    await child.status;
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FloridaProvider says shortly why nobody answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(() => ask(providerAt(port)), Error, "connection refused");
});
