import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeConf, describeMarkdown, describeSample, describeUsage, updateReadme } from "../../../conf/describe.ts";
import { describeNode } from "../../../conf/cluster/files.ts";
import { planCluster } from "../../../conf/cluster/plan.ts";
import { parseFlags } from "../../../conf/flags.ts";
import { parseConf } from "../../../conf/parse.ts";
import { samples } from "../../../conf/samples.ts";
import { groups } from "../../../conf/option.ts";
import { optionRows } from "../../../conf/schema.ts";
import embeddedText from "../../../conf/embedded_durable.yml" with { type: "text" };
import memcachedText from "../../../conf/memcached_single.yml" with { type: "text" };
import memcachedEmbeddedText from "../../../conf/memcached_embedded.yml" with { type: "text" };
import redisText from "../../../conf/redis_single.yml" with { type: "text" };
import threeRacksText from "../../../conf/three_racks_quorum.yml" with { type: "text" };
import twoDatacentersText from "../../../conf/two_datacenters.yml" with { type: "text" };
import twoRacksText from "../../../conf/two_racks.yml" with { type: "text" };
import readmeText from "../../../README.md" with { type: "text" };

Deno.test("updateReadme() finds the README's tables as they should be (deno task docs writes them)", () => {
  assertEquals(readmeText, updateReadme(readmeText));
});

Deno.test("describeSample() is what the sample files hold (deno run -RW conf/write_docs.ts writes them)", () => {
  const files = {
    "redis_single.yml": redisText,
    "memcached_single.yml": memcachedText,
    "memcached_embedded.yml": memcachedEmbeddedText,
    "embedded_durable.yml": embeddedText,
    "two_racks.yml": twoRacksText,
    "three_racks_quorum.yml": threeRacksText,
    "two_datacenters.yml": twoDatacentersText,
  };
  assertEquals(Object.keys(samples).toSorted(), Object.keys(files).toSorted());
  for (const [name, text] of Object.entries(files)) assertEquals(text, describeSample(samples[name]!));
});

Deno.test("samples: the command that each cluster's sample names writes that very node", () => {
  const ofClusters = Object.entries(samples).filter(([, { purpose }]) => purpose.includes("--generate-cluster"));
  assertEquals(ofClusters.length, 3);
  for (const [name, sample] of ofClusters) {
    const [command = ""] = /--generate-cluster .*$/.exec(sample.purpose) ?? [];
    const { generateCluster, hosts, settings } = parseFlags(command.split(" "));
    const nodes = planCluster({ datacenters: generateCluster!, hosts, settings });
    assertEquals(describeNode(nodes[0]!, nodes).values, sample.values, name);
    assertEquals(parseConf(describeSample(sample), name).notices, []);
  }
});

Deno.test("describeSample() shows every key with an effect, and each commented default is accepted", () => {
  const values = { listen: "127.0.0.1:8102", servers: ["embedded"] };
  const text = describeSample({ purpose: "A test.", values });
  const defaults = text.replaceAll(/^ {2}#([a-z_]+: (?!\(not set\)))/gm, "  $1");
  for (const [, option] of optionRows) {
    if (option.notice === undefined) assert(new RegExp(`^  #?${option.key}:`, "m").test(text), option.key);
  }
  assertEquals(parseConf(defaults, "a").conf, parseConf(text, "b").conf);
});

Deno.test("describeUsage() and describeMarkdown() name every key", () => {
  const usage = describeUsage();
  const markdown = describeMarkdown();
  for (const [, option] of optionRows) {
    assertStringIncludes(usage, `\n  ${option.key} (`);
    assertStringIncludes(markdown, `| \`${option.key}\` |`);
  }
  for (const group of groups) assertStringIncludes(usage, `\n${group}:\n`);
  assertEquals(usage.split("\n").filter((line) => line.startsWith("   ") && line.length > 100), []);
});

Deno.test("updateReadme() replaces what stands between its markers, and only that", () => {
  const readme = "top\n<!-- options:begin -->\nout of date\n<!-- options:end -->\nmiddle\n" +
    "<!-- flags:begin -->\nout of date\n<!-- flags:end -->\nbottom\n";
  const updated = updateReadme(readme);
  assert(updated.startsWith("top\n<!-- options:begin -->\n"));
  assert(updated.endsWith("<!-- flags:end -->\nbottom\n"));
  assert(!updated.includes("out of date"));
  assertStringIncludes(updated, "\n<!-- options:end -->\nmiddle\n<!-- flags:begin -->\n");
  assertStringIncludes(updated, "| `-c, --conf-file=S` |");
  assertEquals(updateReadme(updated), updated);
  assertThrows(() => updateReadme("no markers"), Error, "options:begin");
});

Deno.test("describeConf() gives the values in force by their file names, without passwords", () => {
  const text =
    "p: {listen: '[::1]:8102', servers: 'a:6379:1', tokens: [1, 2], requirepass: hunter2, datastore_password: hunter3}";
  const settings = describeConf(parseConf(text, "test.yml").conf);
  const valueOf = (name: string) => settings.find((setting) => setting.name === name)?.value;
  assertEquals(valueOf("listen"), "[::1]:8102");
  assertEquals(valueOf("tokens"), "1,2");
  assertEquals(valueOf("max_request_bytes"), "64mb");
  assertEquals(valueOf("read_consistency"), "dc_one");
  assertEquals(valueOf("hash_tag"), "");
  assert(!JSON.stringify(settings).includes("hunter"));
});
