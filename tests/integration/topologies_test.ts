/** conf/README.md: every layout starts from its own files and prints what it shows. */
import { assert } from "@std/assert";
import topologies from "../../conf/README.md" with { type: "text" };
import { runSection } from "../support/examples.ts";
import { blocksOf } from "../support/readme.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";

/** Needs C Dynomite: migration_test.ts runs it. */
const MIGRATION = "Moving from C Dynomite, node by node";

const blocks = blocksOf(topologies);
const sections = [...new Set(blocks.map(({ section }) => section))].filter((section) => section !== MIGRATION);
assert(sections.length >= 9, "sections with examples");

for (const section of sections) {
  const own = blocks.filter((block) => block.section === section);
  const text = own.map((block) => block.text).join("\n");
  const needs = [
    "redis-cli",
    ...(/:63\d\d:/.test(text) ? ["redis-server"] : []),
    ...(text.includes(":11211:") ? ["memcached"] : []),
    ...(text.includes("127.0.0.2") ? [LOOPBACK_ADDRESSES] : []),
  ];
  testWith(needs, `conf/README: "${section}" starts and prints what it shows`, () => runSection(own));
}
