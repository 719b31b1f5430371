/** `dynomite describe`: the ring as a node sees it, or the owners of one key. */
import type { OptionRow } from "../getopt.ts";
import { something } from "../getopt.ts";
import { describeCommand, readCommand } from "./arguments.ts";
import { ownerBody, topologyBody } from "./bodies.ts";
import type { CommandIo } from "./command.ts";
import { describeOwners, describeRing } from "./describe_text.ts";
import { openTarget } from "./target.ts";

const rows: readonly OptionRow[] = [
  { short: "k", long: "key", field: "key", argument: something("a key"), doc: "which nodes hold this key, and why" },
  { long: "base64", field: "base64", doc: "the key is given in base64, for keys that are no text" },
  { long: "json", field: "json", doc: "the node's answer as it is, for programs" },
];

export async function describe(args: readonly string[], io: CommandIo): Promise<number> {
  const given = readCommand<{ key: string; base64: true; json: true }>(args, rows);
  if (given.help) {
    io.print(describeCommand("describe", rows, ""));
    return 0;
  }
  const client = await openTarget(given, io.token());
  const query = new URLSearchParams({ key: given.key ?? "", ...given.base64 ? { encoding: "base64" } : {} });
  const path = given.key === undefined ? "/topology" : `/owner?${query}`;
  if (given.json) io.print((await client.text(path)).trimEnd());
  else if (given.key === undefined) io.print(describeRing(await client.object(path, topologyBody)).join("\n"));
  else io.print(describeOwners(await client.object(path, ownerBody)).join("\n"));
  return 0;
}
