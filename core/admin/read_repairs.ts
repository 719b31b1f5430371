/**
 * Read repair over the stats port. This node has none yet: it says so instead of pretending. What a script for C Dynomite may do
 * without harm, to ask and to switch off, succeeds with C's words; to switch on fails with 501, which `curl -f` takes for an error.
 */
import { badValue, text } from "./responses.ts";

export function showReadRepairs(): Response {
  return text("Read Repairs: DISABLED\r\n");
}

export function switchReadRepairs(action: string): Response {
  if (action === "disable") return showReadRepairs();
  if (action !== "enable") return badValue("action", action, "enable or disable");
  return text("read repair is not there yet: it stays disabled, see What is not there yet in the README\n", 501);
}
