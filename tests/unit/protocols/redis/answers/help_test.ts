import { assert, assertEquals } from "@std/assert";
import { commandFacts } from "../../../../../protocols/redis/command_table.ts";
import { RedisAnswers } from "../../../../support/redis_answers.ts";

Deno.test("HELP of every container that has it names each of its subcommands", () => {
  const client = new RedisAnswers();
  let count = 0;
  for (const [name, { subcommands }] of Object.entries(commandFacts)) {
    if (subcommands?.["help"] === undefined || name === "cluster") continue;
    const lines = client.ask(name, "HELP").split("\r\n");
    assertEquals(lines[1], `+${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`);
    for (const sub of Object.keys(subcommands)) {
      assert(lines.some((line) => line.split(" ")[0] === `+${sub.toUpperCase()}`), `${name} ${sub}`);
    }
    count++;
  }
  assert(count > 5);
});

Deno.test("HELP says where a subcommand goes, or why it is not offered", () => {
  const client = new RedisAnswers();
  const help = client.line("OBJECT HELP");
  assert(help.includes("+ENCODING <key>\r\n+    Sent to the owners of its key.\r\n"), help);
  assert(
    client.line("CONFIG HELP").includes("+    Not offered: Dynomite does not rewrite its configuration file.\r\n"),
  );
});
