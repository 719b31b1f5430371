/**
 * The dashboard in a real browser: over a ring of real processes, one of which is killed, and over made-up clusters that
 * answer late, with a token, or with hostile names.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "playwright-core";
import { accessibilityFindings } from "../support/accessibility.ts";
import { BROWSER, Browser, type WatchedPage } from "../support/browser.ts";
import { ProcessCluster } from "../support/process_cluster.ts";
import { until } from "../support/program.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";
import { fixture, racksOf } from "../support/ui_fixtures.ts";
import { UiServer } from "../support/ui_server.ts";

const LIMIT_MS = 60_000;
const QUARTER = 2 ** 30;

/** The states in the table, in its order. */
function states(page: Page): Promise<string[]> {
  return page.locator("#nodes-body tr").evaluateAll((rows) =>
    rows.map((row) => (row as unknown as { children: { dataset: { state: string } }[] }).children[1]!.dataset.state)
  );
}

async function text(page: Page, selector: string): Promise<string> {
  return await page.locator(selector).first().textContent() ?? "";
}

function untilText(page: Page, selector: string, part: string): Promise<void> {
  return until(`${selector} has "${part}"`, async () => (await text(page, selector)).includes(part), LIMIT_MS);
}

/** Nothing went wrong in the page, and nothing left for another host. */
function assertQuiet({ errors, foreign }: WatchedPage): void {
  assertEquals(errors, []);
  assertEquals(foreign, []);
}

testWith(
  [BROWSER, LOOPBACK_ADDRESSES],
  "/ui shows a killed node of three racks down, and up again, without a reload",
  async () => {
    await using cluster = await ProcessCluster.start(
      ["rack1", "rack2", "rack3"].flatMap((rack) => [0, 2 * QUARTER].map((token) => ({ rack, tokens: [token] }))),
    );
    await using browser = await Browser.start();
    const { host, statsPort } = cluster.nodes[0]!;
    const watched = await browser.open(`http://${host}:${statsPort}/ui`);
    const { page } = watched;
    await untilText(page, "#health-value", "6 of 6 up");
    assertEquals((await states(page)).length, 6);
    assertEquals(await page.locator(".ring .arc").count(), 6);
    await untilText(page, "#live", "Live");

    // A mark that a reload would lose.
    await page.evaluate("document.body.dataset.mark = 'kept'");
    using client = await cluster.connect(0);
    const use = async () => {
      await client.call("SET", "user:1001", "x");
      await client.call("GET", "user:1001");
    };
    const busy = async () => {
      for (let i = 0; i < 50; i++) await use();
      return Number((await text(page, "#requests-value")).replaceAll(",", "")) > 0;
    };
    await until("the page shows requests", busy, LIMIT_MS);

    // The owners of a key are those that the node itself names.
    await page.getByLabel("Find a key’s owners").fill("user:1001");
    await page.getByRole("button", { name: "Find" }).click();
    await page.locator(".owners li").first().waitFor();
    const owner = await (await fetch(`http://${host}:${statsPort}/owner?key=user:1001`)).json();
    const shown = await page.locator(".owners li strong").allTextContents();
    assertEquals(shown, owner.owners.map(({ name }: { name: string }) => name));
    assertStringIncludes(await text(page, "#owner-result"), String(owner.token));
    assertEquals(await page.locator(".ring .arc.owner").count(), 3);
    assertEquals(await page.locator(".key-line").count(), 1);
    assertEquals(await accessibilityFindings(page), []);
    assertQuiet(watched);

    const victim = cluster.nodes.findIndex(({ host }) => host === shown[1]);
    await cluster.crash(victim);
    const down = async () => {
      await use();
      return (await states(page))[victim] === "DOWN";
    };
    await until("the page shows it down", down, LIMIT_MS);
    await untilText(page, "#health-value", "5 of 6 up");
    await untilText(page, "#health-note", "2 of 3 copies");
    await untilText(page, "#announcer", `${cluster.nodes[victim]!.host} in rack2 is DOWN`);
    await untilText(page, ".ring .arc.bad .arc-text", "DOWN");
    // The answer about the key follows.
    await untilText(page, ".owners li:nth-child(2) .chip", "DOWN");
    assertEquals(await accessibilityFindings(page), []);

    await cluster.restart(victim);
    const up = async () => {
      await use();
      return (await states(page))[victim] === "NORMAL";
    };
    await until("the page shows it up", up, LIMIT_MS);
    await untilText(page, "#health-value", "6 of 6 up");
    assertEquals(await page.evaluate("document.body.dataset.mark"), "kept");
    assertQuiet(watched);
  },
);

testWith([BROWSER], "/ui says when the node does not answer, and goes on when it does", async () => {
  const first = new UiServer(fixture(racksOf("dc1:3x1")));
  await using browser = await Browser.start();
  const { page } = await browser.open(first.address);
  await untilText(page, "#live", "Live");
  await first[Symbol.asyncDispose]();
  await page.locator("#banner").waitFor({ state: "visible" });
  await untilText(page, "#live", "No answer");
  await untilText(page, "#banner", `127.0.0.1:${first.port} does not answer`);
  // What was known stays to be read.
  assertEquals((await states(page)).length, 3);
  assertEquals(await accessibilityFindings(page), []);
  await using _second = new UiServer(fixture(racksOf("dc1:3x1"), { states: { "10.0.3.1": "STANDBY" } }), first.port);
  await page.locator("#banner").waitFor({ state: "hidden" });
  await untilText(page, "#live", "Live");
  await untilText(page, "#health-value", "2 of 3 up");
});

testWith([BROWSER], "/ui asks for the admin_token, keeps it in the tab alone and sends it as a header", async () => {
  await using server = new UiServer(fixture(racksOf("dc1:3x1")));
  server.token = "open-sesame";
  await using browser = await Browser.start();
  const { page } = await browser.open(server.address);
  const field = page.getByLabel("admin_token", { exact: true });
  await field.waitFor();
  assertEquals(await accessibilityFindings(page), []);
  await field.fill("wrong");
  await page.keyboard.press("Enter");
  await until("the wrong one was tried", () => server.authorizations.has("Bearer wrong"), LIMIT_MS);
  await field.fill("open-sesame");
  await page.keyboard.press("Enter");
  await untilText(page, "#health-value", "3 of 3 up");
  await page.locator("#token-panel").waitFor({ state: "hidden" });
  assertEquals(page.url(), server.address);
  assertEquals(await page.evaluate("JSON.stringify(localStorage).includes('sesame') || document.cookie"), "");
  await page.reload();
  await untilText(page, "#health-value", "3 of 3 up");
});

testWith([BROWSER], "/ui of a node with an admin_token loads, and shows the ring to who has it", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "rack1", tokens: [0] }], ["admin_token: open-sesame"]);
  await using browser = await Browser.start();
  const { host, statsPort } = cluster.nodes[0]!;
  const { page, foreign } = await browser.open(`http://${host}:${statsPort}/ui`);
  await untilText(page, "#token-reason", "admin_token");
  await untilText(page, "#topology-problem", "only with its admin_token");
  await page.getByLabel("admin_token", { exact: true }).fill("open-sesame");
  await page.keyboard.press("Enter");
  await untilText(page, "#health-value", "1 of 1 up");
  assertEquals(foreign, []);
});

testWith(
  [BROWSER],
  "/ui asks for nothing while its tab is hidden, and at once when it is looked at again",
  async () => {
    await using server = new UiServer(fixture(racksOf("dc1:1x1")));
    await using browser = await Browser.start();
    const { page } = await browser.open("about:blank");
    await page.clock.install();
    await page.goto(server.address);
    let underWay = 0;
    page.on("request", () => void underWay++);
    page.on("requestfinished", () => void underWay--);
    page.on("requestfailed", () => void underWay--);
    await page.goto(server.address);
    const asked = () => server.asked.get("/info") ?? 0;
    await until("it asked", () => asked() > 0, LIMIT_MS);
    await untilText(page, "#live", "Live");
    const hide = (hidden: boolean) =>
      page.evaluate(`Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"))`);
    await hide(true);
    await untilText(page, "#live", "Paused");
    const before = asked();
    // Ten minutes of the page's own clock, in which every timer that is due fires.
    await page.clock.runFor(600_000);
    assertEquals(asked(), before);
    await hide(false);
    await until("it asked again", () => asked() > before, LIMIT_MS);
  },
);

testWith([BROWSER], "/ui shows hostile names and keys as the text they are", async () => {
  const hostile = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>"'&`;
  const made = fixture(racksOf("dc1:2x1"), {
    nameOf: (rack) => `${rack}${hostile}`,
    states: { [`1${hostile}`]: "DOWN" },
  });
  made.slowlog = [{ ...made.slowlog[0]!, command: ["SET", hostile], client_name: hostile }];
  made.hotkeys = { ...made.hotkeys, keys: [{ ...made.hotkeys.keys[0]!, key: hostile }] };
  made.peers = made.peers.map((peer) => ({ ...peer, last_error: hostile }));
  await using server = new UiServer(made);
  await using browser = await Browser.start();
  const watched = await browser.open(server.address);
  const { page } = watched;
  await untilText(page, "#hot-body", hostile);
  await untilText(page, "#slow-body", hostile);
  await untilText(page, "#nodes-body", hostile);
  await untilText(page, "#announcer", "1 node not serving");
  await page.getByLabel("Find a key’s owners").fill(hostile);
  await page.keyboard.press("Enter");
  await untilText(page, "#owner-result code", hostile);
  assertEquals(await page.locator("main img, main script").count(), 0);
  assert(!(await page.title()).startsWith("broken"), await page.title());
  assertEquals(await accessibilityFindings(page), []);
  assertQuiet(watched);
});

testWith([BROWSER], "/ui is worked by keyboard, keeps the chosen theme, and is found accessible in both", async () => {
  await using server = new UiServer(fixture(racksOf("dc1:3x2,dc2:3x2"), { states: { "10.0.2.2": "DOWN" } }));
  await using browser = await Browser.start();
  const watched = await browser.open(server.address);
  const { page } = watched;
  await untilText(page, "#health-value", "11 of 12 up");
  await page.keyboard.press("Tab");
  assertEquals(await page.evaluate("document.activeElement.textContent"), "To the content");
  // By name, state and rack, whatever else is in the row.
  await page.getByLabel("Only those not serving").check();
  await until("one is left", async () => (await states(page)).join() === "DOWN", LIMIT_MS);
  await page.getByRole("button", { name: "10.0.2.2" }).press("Enter");
  assertEquals(await page.locator(".arc.selected.bad").count(), 1);
  assertEquals(await page.getByRole("button", { name: "10.0.2.2" }).getAttribute("aria-pressed"), "true");
  await untilText(page, "#ring-selected", "DOWN");
  assertStringIncludes(await text(page, "#ring-selected"), "10.0.2.2");
  await page.getByLabel("Only those not serving").uncheck();
  assertEquals(await accessibilityFindings(page), []);
  const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  const light = await ground();
  await page.getByRole("button", { name: "Dark theme" }).press("Enter");
  assert(await ground() !== light);
  await page.reload();
  await untilText(page, "#health-value", "11 of 12 up");
  await page.getByRole("button", { name: "Light theme" }).waitFor();
  assert(await ground() !== light);
  assertEquals(await accessibilityFindings(page), []);
  assertQuiet(watched);
});

testWith(
  [BROWSER],
  "/ui fits a telephone, and shows hundreds of nodes and what an older node does not tell",
  async () => {
    await using server = new UiServer(fixture(racksOf("dc1:3x100"), { states: { "10.0.2.7": "DOWN" } }));
    server.missing.add("/hotkeys");
    await using browser = await Browser.start();
    const { page } = await browser.open(server.address, { width: 390, height: 844, dark: true });
    await untilText(page, "#health-value", "299 of 300 up");
    assertEquals((await states(page)).length, 300);
    await untilText(page, "#hot-problem", "no such path");
    assert(Number(await page.evaluate("document.documentElement.scrollWidth")) <= 390);
    await page.getByLabel("Filter by name, rack or state").fill("rack2 down");
    await page.getByLabel("Filter by name, rack or state").fill("10.0.2.7");
    await untilText(page, "#nodes-shown", "1 of 300 shown");
    assertEquals(await accessibilityFindings(page), []);
  },
);
