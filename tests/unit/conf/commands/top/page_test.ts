import { assert, assertEquals } from "@std/assert";
import stringWidth from "string-width";
import { type ClusterLook, ClusterWatch } from "../../../../../conf/commands/top/cluster.ts";
import { renderPage } from "../../../../../conf/commands/top/page.ts";
import { FakeStatsPort, info, peers, topology } from "../../../../support/admin_bodies.ts";

/** The second look at the cluster of admin_bodies.ts. */
async function look(): Promise<ClusterLook> {
  let now = 0;
  const bodies = new Map<string, () => unknown>([
    ["10.0.1.1:22222/topology", () => topology],
    ["10.0.1.1:22222/peers", () => peers.map((peer) => ({ ...peer, requests: 100 + now / 2 }))],
    ["10.0.1.1:22222/info", () => info("rack1", "dc1", 1000 + now * 12.345)],
    ["10.0.2.1:22222/info", () => info("rack2", "dc1", 1000 + now, now / 500)],
  ]);
  const watch = new ClusterWatch(
    new FakeStatsPort({ kind: "tcp", host: "10.0.1.1", port: 22222 }, bodies),
    { statsPort: undefined, now: () => now },
  );
  await watch.look();
  now = 2000;
  return await watch.look();
}

const frame = { time: "14:03:22", hint: "every 2 s; q quits", problem: "" };

Deno.test("renderPage() shows the cluster, its nodes and the peers of the node asked", async () => {
  const page = renderPage(await look(), frame, { columns: 160, rows: 40 });
  assertEquals(page.map(({ text }) => text), [
    "dynomite 0.1.0  10.0.1.1:22222, up 1 d 2 h  14:03:22",
    "4 nodes: 2 NORMAL, 1 DOWN, 1 STANDBY  13,345 requests/s  0.01 % errors  worst p99 1.83 ms  counted at 2 of 4",
    "",
    "NODE            DC   RACK   STATE      REQ/S   READ/S  WRITE/S   ERRORS      P50      P99  CLIENTS  ENGINE Q  PEER Q   MEMORY",
    "*10.0.1.1:8101  dc1  rack1  NORMAL    12,345    9,259    3,086   0.00 %   210 us  1.83 ms       50        24       7  96.0 MB",
    " 10.0.1.2:8101  dc1  rack1  DOWN           -        -        -        -        -        -        -         -       -        -",
    " 10.0.2.1:8101  dc1  rack2  NORMAL     1,000      750      250   0.20 %   210 us  1.83 ms       50        24       7  96.0 MB",
    " 10.1.1.1:8101  dc2  rack1  STANDBY        -        -        -        -        -        -        -         -       -        -",
    "",
    "PEER            DC   RACK   STATE     PHI      HEARD  LINKS    REQ/S  TIMEOUT/S  QUEUE   UNSENT  LAST ERROR",
    " 10.0.1.2:8101  dc1  rack1  DOWN     12.3          -    0/1      500          0      3  2.00 KB  connection refused",
    " 10.0.2.1:8101  dc1  rack2  NORMAL    0.5  0.1 s ago    1/1      500          0      3  2.00 KB",
    " 10.1.1.1:8101  dc2  rack1  STANDBY     -  0.1 s ago    1/1      500          0      3  2.00 KB",
    "every 2 s; q quits",
  ]);
  assertEquals(page.map(({ style }) => style[0]).join(""), "tpptpbpbptbpbd");
});

Deno.test("renderPage() fits any terminal: what matters less goes first, who is not well stays", async () => {
  const wide = await look();
  for (const columns of [200, 120, 100, 80, 60, 40, 20, 1]) {
    for (const rows of [50, 24, 16, 12, 8, 5, 1]) {
      const page = renderPage(wide, frame, { columns, rows });
      assert(page.length <= rows, `${page.length} lines in ${rows}`);
      for (const { text } of page) assert(stringWidth(text) <= columns, `${text} in ${columns}`);
    }
  }
  const narrow = renderPage(wide, frame, { columns: 60, rows: 12 }).map(({ text }) => text);
  assertEquals(narrow, [
    "dynomite 0.1.0  10.0.1.1:22222, up 1 d 2 h  14:03:22",
    "4 nodes: 2 NORMAL, 1 DOWN, 1 STANDBY  13,345 requests/s  0.…",
    "",
    "NODE            STATE      REQ/S   ERRORS      P99  ENGINE Q",
    " 10.0.1.2:8101  DOWN           -        -        -         -",
    " 10.1.1.1:8101  STANDBY        -        -        -         -",
    " and 2 more nodes",
    "",
    "PEER            STATE  LINKS  QUEUE  LAST ERROR",
    " 10.0.1.2:8101  DOWN     0/1      3  connection refused",
    " and 2 more peers",
    "every 2 s; q quits",
  ]);
});

Deno.test("renderPage() says why there is no newer look, or only one node", async () => {
  const seen = await look();
  const problem = "10.0.1.1:22222 does not answer: \x1b[2Jgone";
  const [, line] = renderPage({ ...seen, note: "forbidden" }, { ...frame, problem }, { columns: 80, rows: 24 });
  assertEquals(line, { text: "10.0.1.1:22222 does not answer: ?[2Jgone", style: "bad" });
  const page = renderPage({ ...seen, note: "forbidden", peers: [] }, frame, { columns: 80, rows: 24 });
  assertEquals(page[2], { text: "only this node is shown: forbidden", style: "bad" });
  assertEquals(page.some(({ text }) => text.startsWith("PEER")), false);
});
