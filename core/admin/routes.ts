/** Paths of the stats port and their answers. Pure: a method and a path in, a response out. */

/** What the stats port shows: made by the node. */
export interface StatsView {
  /** The stats object, its keys in C Dynomite's order. */
  info(): Record<string, unknown>;
  /** Tells the other nodes that this one leaves; false when it has no gossip to tell them by. */
  leave(): boolean;
}

const routes: Record<string, (view: StatsView) => Response> = {
  "/": info,
  "/info": info,
  "/ping": () => text("OK\r\n"),
  "/state/leaving": (view) =>
    view.leave() ? text("OK\r\n") : text("enable_gossip is false: there is nobody to tell\n", 409),
};

/** Answers one request. Unknown paths are 404, methods other than GET and HEAD 405. */
export function respond(method: string, path: string, view: StatsView): Response {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) {
    return text(`no such path: ${path}; there are ${Object.keys(routes).join(", ")}\n`, 404);
  }
  if (method !== "GET" && method !== "HEAD") {
    return new Response(`method ${method} is not allowed; use GET\n`, { status: 405, headers: { allow: "GET, HEAD" } });
  }
  return route(view);
}

function info(view: StatsView): Response {
  return new Response(JSON.stringify(view.info(), null, 1) + "\n", {
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

function text(body: string, status = 200): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}
