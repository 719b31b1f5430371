import { assert, assertEquals } from "@std/assert";
import { replaceMarked } from "../../../../conf/describe.ts";
import { describeRoutes } from "../../../../core/admin/describe_routes.ts";
import readmeText from "../../../../README.md" with { type: "text" };
import { routes } from "../../../../core/admin/routes.ts";

Deno.test("routes name each path once, and who may ask without a token from elsewhere is a short list", () => {
  const paths = routes.map(({ path }) => path);
  assertEquals(new Set(paths).size, paths.length);
  for (const { path, access, changes, doc } of routes) {
    assert(path.startsWith("/") && doc.endsWith("."), path);
    // What anyone may ask must not change anything.
    if (access === "anyone") assert(!changes, path);
  }
});

Deno.test("describeRoutes() is what the README shows (deno task docs writes it)", () => {
  assertEquals(readmeText, replaceMarked(readmeText, "paths", describeRoutes(routes)));
});

Deno.test("routes let callers of elsewhere ask what a load balancer, a scraper or a client library needs", () => {
  const paths = routes.filter(({ access }) => access === "anyone").map(({ path }) => path);
  const allowed = [
    "/",
    "/info",
    "/ping",
    "/metrics",
    "/healthz",
    "/readyz",
    "/cluster_describe",
    // The same for client libraries and for other nodes.
    "/REST/v1/admin/cluster_describe",
    "/REST/v1/admin/get_seeds",
  ];
  assertEquals(paths.filter((path) => !allowed.includes(path)), []);
});
