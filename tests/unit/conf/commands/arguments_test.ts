import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { describeCommand, readCommand, seconds } from "../../../../conf/commands/arguments.ts";
import { commands } from "../../../../conf/commands/list.ts";
import { isCommand } from "../../../../conf/commands/mod.ts";
import { reachable } from "../../../../conf/commands/target.ts";
import { FlagError } from "../../../../conf/getopt.ts";
import { Problem } from "../../../../conf/value_kinds.ts";

function refused(args: string[], message: string): void {
  assertEquals(assertThrows(() => readCommand(args, []), FlagError).message, message);
}

Deno.test("readCommand() reads an address in every form, and the flags of all commands", () => {
  const given = readCommand(["10.0.0.1:22222", "-c", "node.yml", "--token=t", "--timeout", "500"], []);
  assertEquals(given, {
    address: { kind: "tcp", host: "10.0.0.1", port: 22222 },
    confFile: "node.yml",
    token: "t",
    timeoutMs: 500,
  });
  for (const written of ["http://[::1]:80/", "[::1]:80", "http://[::1]:80/ui/index.html"]) {
    assertEquals(readCommand([written], []).address, { kind: "tcp", host: "::1", port: 80 });
  }
  assertEquals(readCommand([], []), { address: undefined });
});

Deno.test("readCommand() refuses in one line", () => {
  refused(["a:1", "b:2"], 'unexpected argument "b:2"; one address is accepted');
  refused(
    ["here"],
    'address "here" has no port; accepted is host:port, such as 127.0.0.1:8102 or [::1]:8102',
  );
  refused(["--live"], "unrecognized option '--live'");
});

Deno.test("seconds() takes fractions within its bounds", () => {
  const kind = seconds(0.1, 60);
  assertEquals(["0.1", "2", "1.25", "60"].map(kind.parse), [100, 2000, 1250, 60_000]);
  for (const bad of ["0", "61", "-1", "1s", "", "1e1", "0.05"]) {
    assertEquals(kind.parse(bad) instanceof Problem, true, bad);
  }
});

Deno.test("describeCommand() shows its own flags and those of all", () => {
  for (const { name, doc } of commands) {
    const text = describeCommand(name, [{ long: "mine", doc: "what it does" }], "More.");
    for (
      const part of [`Usage: dynomite ${name} [host:port]`, doc.slice(1), "More.", "--mine", "--token=S", "--help"]
    ) {
      assertStringIncludes(text, part);
    }
  }
});

Deno.test("isCommand() knows the names of the list, whole", () => {
  assertEquals(["top", "describe", "healthcheck", "to", "-t", undefined].map(isCommand), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

Deno.test("reachable() has an address for a listener on every interface", () => {
  const hosts = ["0.0.0.0", "::", "10.0.0.1"].map((host) => reachable({ kind: "tcp", host, port: 1 }).host);
  assertEquals(hosts, ["127.0.0.1", "::1", "10.0.0.1"]);
});
