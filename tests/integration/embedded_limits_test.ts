/** What the embedded engine says of commands that it does not have, and of what it answers in words of its own. */
import { assert, assertEquals } from "@std/assert";
import { startEmbeddedNode } from "../support/test_node.ts";
import { showCommand } from "../support/differential.ts";
import { parse } from "../support/examples/mod.ts";
import { RespClient } from "../support/resp_client.ts";

/** Streams, geo, scripts, HyperLogLog, and values in Redis' own file format. */
const missing = parse(String.raw`
XADD s * a 1
XLEN s
XRANGE s - +
XREAD COUNT 2 STREAMS s 0
XGROUP CREATE s g $
XINFO STREAM s
GEOADD g 13 38 Palermo
GEOPOS g Palermo
GEOSEARCH g FROMLONLAT 15 37 BYRADIUS 200 km
EVAL "return 1" 1 k
EVALSHA ffffffffffffffffffffffffffffffffffffffff 1 k
SCRIPT LOAD "return 1"
FUNCTION LOAD x
FCALL f 1 k
PFADD h a
PFCOUNT h
PFMERGE h h2
DUMP k
RESTORE k 0 x
`);

Deno.test("embedded engine names itself and the command that it does not support, and the connection lives on", async () => {
  await using node = await startEmbeddedNode();
  using client = await RespClient.connect(node.port);
  for (const command of missing) {
    const { type, text } = await client.call(...command);
    assertEquals(type, "-", showCommand(command));
    const container = /^(XGROUP|XINFO|SCRIPT|FUNCTION)$/.test(String(command[0]));
    const name = container ? `${command[0]} ${command[1]}` : command[0];
    assertEquals(text, `ERR the embedded engine does not support ${name}`);
  }
  assertEquals((await client.call("PING")).text, "PONG");
});

Deno.test("embedded engine has one database, and says what it does not track", async () => {
  await using node = await startEmbeddedNode();
  using client = await RespClient.connect(node.port);
  await client.call("SET", "k", "v");
  for (
    const [command, expected] of [
      ["MOVE k 1", "ERR MOVE: Dynomite has one database, number 0"],
      ["SWAPDB 0 1", "ERR SWAPDB: Dynomite has one database, number 0"],
      ["COPY k k2 DB 1", "ERR DB index is out of range"],
      ["OBJECT IDLETIME k", "ERR the embedded engine does not track how long a key was idle"],
    ] as const
  ) {
    const { type, text } = await client.call(...command.split(" "));
    assertEquals([type, text], ["-", expected], command);
  }
  assertEquals((await client.call("WAIT", "0", "0")).text, "0");
});

Deno.test("HELP of a container lists its subcommands, and which are refused", async () => {
  await using node = await startEmbeddedNode();
  using client = await RespClient.connect(node.port);
  for (
    const [container, ...subcommands] of [
      ["OBJECT", "ENCODING <key>", "FREQ <key>", "IDLETIME <key>", "REFCOUNT <key>", "HELP"],
      ["MEMORY", "USAGE <key> [<arg> ...]", "PURGE", "HELP"],
      ["CLIENT", "ID", "SETNAME <arg>", "LIST [<arg> ...]"],
      ["MODULE", "LIST", "LOAD <arg> [<arg> ...]"],
    ]
  ) {
    const lines = (await client.call(container!, "HELP")).items!.map(({ text }) => text);
    assertEquals(lines[0], `${container} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
    for (const subcommand of subcommands) assert(lines.includes(subcommand), `${subcommand} in ${lines.join("\n")}`);
  }
});
