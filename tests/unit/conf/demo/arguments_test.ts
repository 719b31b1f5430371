import { assertEquals, assertThrows } from "@std/assert";
import { parseDemoArguments } from "../../../../conf/demo/arguments.ts";
import { FlagError } from "../../../../conf/flags.ts";

Deno.test("parseDemoArguments() reads nothing as two datacenters of three racks", () => {
  assertEquals(parseDemoArguments([]), {
    help: false,
    datacenters: [{ name: "dc1", racks: 3, nodes: 1 }, { name: "dc2", racks: 3, nodes: 1 }],
    port: 8102,
  });
});

Deno.test("parseDemoArguments() reads a description and a port, in either form", () => {
  for (const args of [["a:1x2", "--port=9002"], ["--port", "9002", "a:1x2"], ["-p", "9002", "a:1x2"]]) {
    assertEquals(parseDemoArguments(args), {
      help: false,
      datacenters: [{ name: "a", racks: 1, nodes: 2 }],
      port: 9002,
    });
  }
  assertEquals(parseDemoArguments(["--help"]).help, true);
});

Deno.test("parseDemoArguments() refuses in one line that names what is accepted", () => {
  const refused = (args: string[], message: string) => assertThrows(() => parseDemoArguments(args), FlagError, message);
  refused(["--port"], 'option --port: "" is not a number; accepted is a whole number from 1025 to 65000');
  refused(["--port", "80"], 'option --port: "80" is out of range; accepted is');
  refused(["a:1x1", "b:1x1"], 'unexpected argument "b:1x1"; accepted are a description and --port');
  refused(["--ports=1"], 'unexpected argument "--ports=1"');
  refused(["dc1"], 'description: "dc1" has "dc1" for a datacenter; accepted is datacenter:RACKSxNODES');
  refused(["a:13x1"], "13 nodes are too many for one machine; accepted are at most 12");
});
