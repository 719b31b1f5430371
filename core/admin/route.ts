/** What a row of the route table is, and how a path finds its row. The table is routes.ts. */
import type { Node } from "../node.ts";

/**
 * Who may ask. `anyone`: what a load balancer, a scraper or a client library needs, and nothing that harms. `operator`: the rest;
 * it takes the admin token, or without one a caller on this machine. `page`: like `operator` without a token; with one anyone may
 * load the page itself, which holds nothing, while what it shows is asked for with the token.
 */
export type Access = "anyone" | "operator" | "page";

/** One request that found its route and was let in. */
export interface AdminCall {
  readonly node: Node;
  /** What stood in the places of the <parts> of the path, decoded, in their order. */
  readonly args: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Headers;
}

export interface Route {
  /** As help shows it. A part in <> stands for one argument: `/set_consistency/<read|write>/<level>`. */
  readonly path: string;
  readonly access: Access;
  /** It changes state: by POST, and by GET too, as scripts for C Dynomite do. The others are read by GET and HEAD. */
  readonly changes?: true;
  /** One sentence for the documentation. */
  readonly doc: string;
  readonly handle: (call: AdminCall) => Response | Promise<Response>;
}

/** What may be asked of it, as the Allow header has it. */
export function methodsOf(route: Route): readonly string[] {
  return route.changes ? ["GET", "POST"] : ["GET", "HEAD"];
}

export interface FoundRoute {
  readonly route: Route;
  readonly args: readonly string[];
}

/**
 * The first route of the table whose path fits. Undefined when none does.
 *
 * @throws {URIError} when an argument is not well encoded.
 */
export function findRoute(table: readonly Route[], path: string): FoundRoute | undefined {
  const parts = path.split("/");
  for (const route of table) {
    const pattern = route.path.split("/");
    if (pattern.length !== parts.length) continue;
    if (!pattern.every((part, index) => isArgument(part) || part === parts[index])) continue;
    const args = parts.filter((_, index) => isArgument(pattern[index]!)).map(decodeURIComponent);
    return { route, args };
  }
  return undefined;
}

function isArgument(part: string): boolean {
  return part.startsWith("<");
}
