/**
 * `dynomite healthcheck`: asks a node whether it should be sent clients (`/readyz`), or only whether it lives (`/healthz`).
 * Images without a shell have no other way to ask.
 */
import { describeCommand, readCommand } from "./arguments.ts";
import { AdminError } from "./admin_client.ts";
import type { CommandIo } from "./command.ts";
import { openTarget } from "./target.ts";
import type { OptionRow } from "../getopt.ts";

const rows: readonly OptionRow[] = [
  {
    long: "live",
    field: "live",
    doc: "ask only whether the process lives (/healthz), not whether it is ready (/readyz)",
  },
];

export async function healthcheck(args: readonly string[], io: CommandIo): Promise<number> {
  const given = readCommand<{ live: true }>(args, rows);
  if (given.help) {
    io.print(
      describeCommand(
        "healthcheck",
        rows,
        "Within containers: `dynomite healthcheck -c FILE` with the file of the node.",
      ),
    );
    return 0;
  }
  const client = await openTarget(given, io.token());
  const [path, word] = given.live ? ["/healthz", "alive"] : ["/readyz", "ready"];
  const { status, body } = await client.get(path);
  if (status === 200) {
    io.print(`${client.name} is ${word}`);
    return 0;
  }
  throw new AdminError(`${client.name} is not ${word}: ${body.trim().split("\n")[0]} (status ${status})`);
}
