/** What the program generates for an operator, as scripts see it: tokens, and the files of a cluster. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runProgram } from "../support/program.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_generate_" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("--generate-tokens prints evenly spaced tokens, and refuses other numbers with exit code 1", () =>
  inFolder(async (folder) => {
    const three = await runProgram(["--generate-tokens", "3"], folder);
    assertEquals([three.code, three.stdout, three.stderr], [0, "0\n1431655765\n2863311530\n", ""]);
    for (const bad of ["0", "-1", "three", "1.5", "70000"]) {
      const { code, stdout, stderr } = await runProgram(["--generate-tokens", bad], folder);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /^dynomite: option --generate-tokens.*accepted is a whole number from 1 to 65536\n/);
    }
  }));

Deno.test("--generate-cluster writes files that -t accepts, and replaces none", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/hosts.txt`, "# east\n10.0.0.1\n10.0.0.2 # second\n\n10.0.0.3\n10.0.0.4\n");
    const args = ["--generate-cluster", "dc1:2x2", "--output-dir", "made/here", "--hosts", "@hosts.txt"];
    const { code, stdout, stderr } = await runProgram(args, folder);
    assertEquals([code, stderr], [0, ""]);
    const names = filesIn(`${folder}/made/here`);
    assertEquals(names, [1, 2].flatMap((rack) => [1, 2].map((node) => `dc1-rack${rack}-node${node}.yml`)));
    assertEquals(
      stdout,
      names.map((name, i) => `made/here/${name}  on 10.0.0.${i + 1}, clients on 10.0.0.${i + 1}:8102\n`).join(""),
    );
    for (const name of names) {
      const tested = await runProgram(["-t", "-c", name], `${folder}/made/here`);
      assertEquals([tested.code, tested.stderr], [0, `dynomite: configuration file '${name}' syntax is valid\n`]);
    }

    await Deno.remove(`${folder}/made/here/${names[0]}`);
    const again = await runProgram(args, folder);
    assertEquals(again.code, 1);
    assertMatch(again.stderr, /^dynomite: made\/here\/dc1-rack1-node2\.yml is there already; accepted is a folder/);
    assertEquals(filesIn(`${folder}/made/here`), names.slice(1));
  }));

Deno.test("--generate-cluster writes nothing where the cluster or the folder is not accepted", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const refused = async (...args: string[]) => {
      const { code, stdout, stderr } = await runProgram(["--generate-cluster", "dc1:2x1", ...args], folder);
      assertEquals([code, stdout], [1, ""]);
      assertEquals(filesIn(folder), ["file"]);
      return stderr;
    };
    assertMatch(await refused("--output-dir", "out", "--hosts", "a,b,c"), /^dynomite: --hosts: "a,b,c" has 3 hosts/);
    assertMatch(await refused("--output-dir", "out", "--hosts", "@none"), /^dynomite: --hosts: file none: /);
    assertMatch(await refused("--output-dir", "file"), /^dynomite: file: /);
  }));

Deno.test("--generate-cluster keeps files with a password to their owner", () =>
  inFolder(async (folder) => {
    const args = ["--generate-cluster=dc1:1x1", "--output-dir=.", "--set", "requirepass=secret"];
    assertEquals((await runProgram(args, folder)).code, 0);
    assert(((await Deno.stat(`${folder}/dc1-rack1-node1.yml`)).mode! & 0o077) === 0);
  }));
