import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { serveFile, servePage, uiFiles } from "../../../../../core/admin/ui/mod.ts";

const page = await servePage(null).text();

Deno.test("servePage() is a page that may load and ask for nothing but this node's own", () => {
  const { headers, status } = servePage(null);
  assertEquals(status, 200);
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  const policy = headers.get("content-security-policy")!;
  assertStringIncludes(policy, "default-src 'none'");
  for (const loose of ["unsafe-inline", "unsafe-eval", "http:", "https:", "data:", "*"]) {
    assert(!policy.includes(loose));
  }
});

Deno.test("servePage() and its files: whatever they link, import or load is served, and under the right type", async () => {
  const types: Record<string, string> = {
    js: "text/javascript; charset=utf-8",
    css: "text/css; charset=utf-8",
    svg: "image/svg+xml; charset=utf-8",
  };
  const linked = [...page.matchAll(/(?:href|src)="([^"#]*)"/g)].map(([, target]) => target!);
  assert(linked.length >= 7);
  const needed = new Set(linked.map((target) => {
    assertMatch(target, /^ui\/\w+\.(js|css|svg)$/);
    return target.slice("ui/".length);
  }));
  for (const name of uiFiles) {
    const text = await serveFile(name, null).text();
    for (const [, imported] of text.matchAll(/^import .* from "\.\/([\w.]+)";$/gm)) needed.add(imported!);
  }
  assertEquals([...needed].sort(), [...uiFiles].sort());
  for (const name of uiFiles) {
    assertEquals(serveFile(name, null).headers.get("content-type"), types[name.split(".").pop()!], name);
  }
});

Deno.test("serveFile() gives 304 to a browser that has this very file, the file to one that has another", async () => {
  const first = serveFile("main.js", null);
  const etag = first.headers.get("etag")!;
  assertMatch(etag, /^"[\w-]{16}"$/);
  assertEquals(first.headers.get("cache-control"), "no-cache");
  for (const known of [etag, `W/${etag}`, `"old", ${etag}`]) {
    const again = serveFile("main.js", known);
    assertEquals([again.status, await again.text()], [304, ""]);
    assertEquals(again.headers.get("etag"), etag);
  }
  assertEquals(serveFile("main.js", '"old"').status, 200);
  assertEquals(new Set(uiFiles.map((name) => serveFile(name, null).headers.get("etag"))).size, uiFiles.length);
});

Deno.test("serveFile() answers 404 for what is not a file of the page, and leads from /ui/ to /ui", () => {
  for (const name of ["bodies.ts", "mod.ts", "index.html", "../routes.ts", "constructor", "main.js/"]) {
    assertEquals(serveFile(name, null).status, 404, name);
  }
  const slash = serveFile("", null);
  assertEquals([slash.status, slash.headers.get("location")], [308, "../ui"]);
});

Deno.test("the page's modules never write markup, and uPlot keeps its licence", async () => {
  for (const name of uiFiles) {
    const text = await serveFile(name, null).text();
    if (name === "uplot.js") assertStringIncludes(text, "MIT License");
    else for (const way of ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval("]) assert(!text.includes(way), name);
  }
  assert(!/<script(?![^>]* src=)|\son\w+=|\sstyle=/.test(page));
});
