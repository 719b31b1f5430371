/** Every command the embedded engine has, by its lower-case name (`object|encoding` for a subcommand). */
import type { Handler } from "../call.ts";
import { stringCommands } from "./strings.ts";

export const handlers: Readonly<Record<string, Handler>> = {
  ...stringCommands,
};
