/** The unit starts the program as its own documentation does. That systemd accepts it is tests/integration/deploy_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { parseFlags } from "../../../conf/flags.ts";
import unit from "../../../conf/deploy/dynomite.service" with { type: "text" };

const settings = unit.split("\n").filter((line) => /^\w+=/.test(line)).map((line) => {
  const equals = line.indexOf("=");
  return [line.slice(0, equals), line.slice(equals + 1)] as const;
});
const valuesOf = (name: string) => settings.filter(([key]) => key === name).map(([, value]) => value);

Deno.test("the unit tests the configuration it then starts, with flags that are there", () => {
  const [test] = valuesOf("ExecStartPre").map((line) => line.split(" "));
  const [start] = valuesOf("ExecStart").map((line) => line.split(" "));
  assertEquals(test!.filter((word) => word !== "-t"), start);
  assertEquals(parseFlags(test!.slice(1)).testConf, true);
  assertEquals(parseFlags(start!.slice(1)).daemonize, false);
});

Deno.test("the unit's memory is bounded, and known to the program", () => {
  assertEquals(valuesOf("Environment"), ["DENO_USE_CGROUPS=1", "DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=128"]);
  assertEquals(valuesOf("MemoryMax").length, 1);
});

Deno.test("the unit keeps the program from what it has no use for", () => {
  for (const name of ["NoNewPrivileges", "DynamicUser", "PrivateDevices", "PrivateTmp", "RestrictNamespaces"]) {
    assertEquals(valuesOf(name), ["yes"], name);
  }
  assertEquals(valuesOf("ProtectSystem"), ["strict"]);
  assertEquals(valuesOf("CapabilityBoundingSet"), [""]);
  // The runtime's compiler needs memory it may write and execute.
  assert(!settings.some(([key]) => key === "MemoryDenyWriteExecute"));
});
