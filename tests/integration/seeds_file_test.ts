/** file_provider on real files, exchanged as people and as Kubernetes do it. */
import { assertEquals, assertRejects } from "@std/assert";
import { SystemClock } from "../../core/clock.ts";
import { SeededRandom } from "../../core/random.ts";
import { FileProvider } from "../../gossip/seeds/file_provider.ts";
import { SeedsPoller } from "../../gossip/seeds/seeds_poller.ts";
import { testSeedsProvider } from "../conformance/seeds_provider.ts";
import { until } from "../support/program.ts";
import { RecordingLogger } from "../support/recording_logger.ts";
import { node, parseSeed, recordsOf } from "../support/seed_records.ts";

const [one, two] = ["10.0.0.2:8101:rack2:dc1:0", "10.0.0.3:8101:rack3:dc1:0"] as const;

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

testSeedsProvider("FileProvider", async () => {
  const folder = await temporaryFolder();
  const path = `${folder.path}/seeds.txt`;
  await Deno.writeTextFile(path, "");
  return {
    provider: new FileProvider(path, parseSeed),
    put: (text: string) => Deno.writeTextFile(path, text),
    silence: undefined,
    remove: () => Deno.remove(path),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});

/** A poller that only hears of changes by watching: it asks by itself once in a day. */
function watched(path: string): { readonly published: string[][]; readonly logger: RecordingLogger } & AsyncDisposable {
  const self = node("10.0.0.1:8101:rack1:dc1:0");
  const logger = new RecordingLogger();
  const poller = new SeedsPoller(
    {
      provider: new FileProvider(path, parseSeed),
      around: { self, isOwn: () => false, fixed: [] },
      intervalMs: 86_400_000,
      timeoutMs: 5000,
    },
    { clock: new SystemClock(), random: new SeededRandom(1), logger },
  );
  const published: string[][] = [];
  poller.start((nodes) => published.push(recordsOf(nodes)));
  return { published, logger, [Symbol.asyncDispose]: () => poller.close() };
}

Deno.test("FileProvider notices a file that is written anew, renamed into its place, and made for the first time", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/seeds.txt`;
  await using seeds = watched(path);
  await Deno.writeTextFile(path, one);
  await until("the file is read", () => seeds.published.length === 1);
  await Deno.writeTextFile(`${path}.new`, `${one}\n${two}\n`);
  await Deno.rename(`${path}.new`, path);
  await until("the other file is read", () => seeds.published.length === 2);
  assertEquals(seeds.published, [[one], [one, two]]);
  await Deno.remove(path);
  await until("its end is noticed", () => seeds.logger.lines.some((line) => line.includes("the file does not exist")));
  assertEquals(seeds.published.length, 2);
});

Deno.test("FileProvider notices the exchange of a link, as Kubernetes changes a ConfigMap", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  const version = async (name: string, text: string) => {
    await Deno.mkdir(`${path}/${name}`);
    await Deno.writeTextFile(`${path}/${name}/seeds.txt`, text);
    await Deno.symlink(name, `${path}/..data_tmp`);
    await Deno.rename(`${path}/..data_tmp`, `${path}/..data`);
  };
  await version("..2026_11_24_20_00_00.1", one);
  await Deno.symlink("..data/seeds.txt", `${path}/seeds.txt`);
  await using seeds = watched(`${path}/seeds.txt`);
  await version("..2026_11_24_20_05_00.2", `${one}|${two}`);
  await until("the exchange is noticed", () => seeds.published.length === 1);
  await Deno.remove(`${path}/..2026_11_24_20_00_00.1`, { recursive: true });
  await version("..2026_11_24_20_10_00.3", two);
  await until("the next one is noticed", () => seeds.published.length === 2);
  assertEquals(seeds.published, [[one, two], [two]]);
});

Deno.test("FileProvider refuses what is no file, what is too large, and what it may not read", async () => {
  await using folder = await temporaryFolder();
  const ask = (path: string) => new FileProvider(path, parseSeed).ask(new AbortController().signal);
  await assertRejects(() => ask(folder.path), Error, "the path is not that of a file");
  await assertRejects(() => ask(`${folder.path}/none/seeds.txt`), Error, "the file does not exist");
  const pipe = `${folder.path}/pipe`;
  await new Deno.Command("mkfifo", { args: [pipe] }).output();
  await assertRejects(() => ask(pipe), Error, "the path is not that of a file");
  const large = `${folder.path}/large`;
  await Deno.writeTextFile(large, `${one}\n`.repeat(60_000));
  await assertRejects(() => ask(large), Error, "the answer is larger than 1048576 bytes");
});

Deno.test("FileProvider.watch() bears a folder that is not there", () => {
  const stop = new FileProvider("/nowhere/at/all/seeds.txt", parseSeed).watch(() => {});
  stop();
});
