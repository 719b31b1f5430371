import { assert, assertEquals } from "@std/assert";
import { compileArguments } from "../../../../conf/build/compile_command.ts";
import { fileNameFor, targets } from "../../../../conf/build/targets.ts";
import denoJson from "../../../../deno.json" with { type: "json" };

const compilation = { output: "dist/dynomite", triple: undefined, include: ["commit.txt"], main: "main.ts" };

Deno.test("compileArguments() gives the program the flags of deno task start, no other permission, and no prompt for one", () => {
  const args = compileArguments(compilation, "2.9.6");
  const started = denoJson.tasks.start.command.split(" ").filter((word) => /^--(allow|v8-flags)/.test(word));
  assertEquals(args.filter((word) => /^--(allow|v8-flags)/.test(word)), started);
  assert(started.some((flag) => flag.startsWith("--v8-flags=")));
  assert(!started.some((flag) => ["--allow-all", "--allow-env", "--allow-sys", "--allow-ffi"].includes(flag)));
  assert(args.includes("--no-prompt"));
  assert(args.includes("--no-code-cache"));
});

Deno.test("compileArguments() names target, files and output, and what each compiler knows", () => {
  const args = compileArguments({ ...compilation, triple: "x86_64-apple-darwin" }, "2.10.0");
  assertEquals(args.slice(args.indexOf("--target")), [
    ...["--target", "x86_64-apple-darwin"],
    ...["--include", "commit.txt"],
    ...["--output", "dist/dynomite", "main.ts"],
  ]);
  const leavesOut = (version: string) => compileArguments(compilation, version).includes("--exclude-unused-npm");
  assertEquals(["2.6.8", "2.9.0", "2.10.1", "3.0.0"].map(leavesOut), [false, true, true, true]);
});

Deno.test("targets have a file name each", () => {
  const names = targets.map((target) => fileNameFor(target, "1.2.3"));
  assertEquals(names, [
    "dynomite-1.2.3-linux-x64",
    "dynomite-1.2.3-linux-arm64",
    "dynomite-1.2.3-macos-x64",
    "dynomite-1.2.3-macos-arm64",
    "dynomite-1.2.3-windows-x64.exe",
  ]);
});
