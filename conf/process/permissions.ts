/**
 * What the program may do. The flags stand in the task `start` of deno.json and nowhere else: the compiled program, the
 * demo and the tests take them from there. (A permission set in deno.json would be the place, but the runtime prints a
 * warning at each start with one.)
 */
import denoJson from "../../deno.json" with { type: "json" };

const start = denoJson.tasks.start.command.split(" ");

/** Variables that the task sets: `NAME=value`. */
export const startEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  start.slice(0, start.indexOf("deno")).map((assignment) => assignment.split("=") as [string, string]),
);

/** `--allow-net`, `--allow-env=...` and so on. */
export const permissionFlags: readonly string[] = start.filter((word) => word.startsWith("--allow-"));

/**
 * Starting programs is for the parent of a daemon alone, whose program may lie anywhere, so the permission for it is
 * general; asking whether the holder of a pid file lives takes it too. A node that serves has no more use for it, and gives it
 * up for good.
 */
export async function giveUpRunning(): Promise<void> {
  await Deno.permissions.revoke({ name: "run" });
}
