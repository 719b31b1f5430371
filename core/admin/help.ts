/** `/help`: every path, one a line, as C Dynomite lists them. */
import type { Route } from "./route.ts";
import { text } from "./responses.ts";

export function showHelp(table: readonly Route[]): Response {
  return text(table.map(({ path }) => `${path}\n`).join("") + "\n");
}
