/** The door of the commands: `dynomite top`, `dynomite describe`, `dynomite healthcheck`. */
import { ConfError } from "../../core/errors.ts";
import { FlagError } from "../getopt.ts";
import { AdminError } from "./admin_client.ts";
import type { Command, CommandIo } from "./command.ts";
import { describe } from "./describe.ts";
import { healthcheck } from "./healthcheck.ts";
import { type CommandName, commands } from "./list.ts";
import { tokenVariable } from "./target.ts";
import { top } from "./top/mod.ts";

export { commands };

const run: Readonly<Record<CommandName, Command>> = { top, describe, healthcheck };

/** Is the first argument the name of a command? */
export function isCommand(name: string | undefined): name is CommandName {
  return commands.some((command) => command.name === name);
}

/** Runs a command and returns the exit code of the process: 1, with the reason on stderr, when it fails. */
export async function runCommand(name: CommandName, args: readonly string[]): Promise<number> {
  const complain = (text: string) => console.error(`dynomite ${name}: ${text}`);
  try {
    return await run[name](args, processIo);
  } catch (error) {
    if (error instanceof FlagError) complain(`${error.message}\nTry 'dynomite ${name} --help'.`);
    else if (error instanceof AdminError) complain(error.message);
    else if (error instanceof ConfError) {
      console.error(error.message);
      complain(
        `configuration file '${error.source}' cannot be used; name the node as host:port, or another file with -c`,
      );
    } else throw error;
    return 1;
  }
}

const processIo: CommandIo = {
  print: (text) => console.log(text),
  token() {
    try {
      return Deno.env.get(tokenVariable) || undefined;
    } catch (error) {
      // Started without the permission to read it.
      if (error instanceof Deno.errors.NotCapable) return undefined;
      throw error;
    }
  },
};
