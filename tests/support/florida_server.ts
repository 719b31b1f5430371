/**
 * A small Florida server: the HTTP service that florida_provider asks. Netflix ran one beside every node; any web server that
 * answers with the list does. As a program it serves a file, which may change at any time:
 *
 *     deno run --allow-net --allow-read tests/support/florida_server.ts 8080 seeds.txt
 */
const PATH = "/REST/v1/admin/get_seeds";

export class FloridaServer {
  /** Says what is answered; tests put their own here. */
  answer: (request: Request) => Response | Promise<Response>;
  /** Questions so far. */
  asked = 0;
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** `list` is asked for the records, `host:port:rack:datacenter:tokens` each, at each question. */
  constructor(list: () => readonly string[] | Promise<readonly string[]>, port = 0) {
    this.answer = async ({ url }) =>
      new URL(url).pathname === PATH
        ? new Response((await list()).join("|"))
        : new Response(`the list is at ${PATH}\n`, { status: 404 });
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, (request) => {
      this.asked++;
      return this.answer(request);
    });
    this.port = this.#server.addr.port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

/** The records of a file with one on each line; empty lines and those that start with # are left out. */
async function readList(path: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(path)).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

if (import.meta.main) {
  const [port, path] = Deno.args;
  if (path === undefined) {
    console.error("usage: florida_server.ts port file");
    Deno.exit(1);
  }
  const server = new FloridaServer(() => readList(path), Number(port));
  console.log(`http://127.0.0.1:${server.port}${PATH} serves ${path}`);
}
