/** The page over a made-up cluster: the program's own files, and bodies that a test chooses and changes. */
import { serveFile, servePage } from "../../core/admin/ui/mod.ts";
import type { UiFixture } from "./ui_fixtures.ts";

export class UiServer implements AsyncDisposable {
  fixture: UiFixture;
  /** The admin_token it asks for. */
  token: string | undefined;
  /** Paths that are not there, as on an older node. */
  readonly missing = new Set<string>();
  /** How often each path was asked for. */
  readonly asked = new Map<string, number>();
  /** The Authorization headers it was sent. */
  readonly authorizations = new Set<string>();
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param port a free one unless given: that of a server that was closed before */
  constructor(fixture: UiFixture, port = 0) {
    this.fixture = fixture;
    this.#server = Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, (request) => this.#answer(request));
    this.port = this.#server.addr.port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}/ui`;
  }

  #answer(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    this.asked.set(pathname, (this.asked.get(pathname) ?? 0) + 1);
    const ifNoneMatch = request.headers.get("if-none-match");
    if (pathname === "/ui") return servePage(ifNoneMatch);
    if (pathname.startsWith("/ui/")) return serveFile(pathname.slice("/ui/".length), ifNoneMatch);
    if (this.missing.has(pathname)) return new Response("no such path\n", { status: 404 });
    const authorization = request.headers.get("authorization");
    if (authorization !== null) this.authorizations.add(authorization);
    if (this.token !== undefined && authorization !== `Bearer ${this.token}`) {
      return new Response("this path needs the admin_token\n", { status: 401 });
    }
    const { topology, peers, slowlog, hotkeys } = this.fixture;
    const key = searchParams.get("key");
    const bodies: Record<string, unknown> = { "/topology": topology, "/peers": peers, "/slowlog": slowlog };
    if (pathname === "/info") return Response.json(this.fixture.info());
    if (pathname === "/hotkeys") return Response.json(hotkeys);
    if (pathname === "/owner" && key !== null) return Response.json(this.fixture.owner(key));
    return pathname in bodies ? Response.json(bodies[pathname]) : new Response("no such path\n", { status: 404 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
