/**
 * What the program may do, and how the runtime is set for it. The flags stand in the task `start` of deno.json and nowhere else:
 * the compiled program, the demo and the tests take them from there. (A permission set in deno.json would be the place for the
 * first, but the runtime prints a warning at each start with one.)
 *
 * `--min-semi-space-size` is the room, in MB, that new objects of the heap have before those no longer used are collected. Every
 * read and write of a socket leaves some behind, and each collection is a pause that the requests of that moment share; with a
 * larger room there are fewer. A heap of which less is allowed, as in a small container, has its own smaller one all the same.
 */
import denoJson from "../../deno.json" with { type: "json" };

const start = denoJson.tasks.start.command.split(" ");

/** Variables that the task sets: `NAME=value`. */
export const startEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  start.slice(0, start.indexOf("deno")).map((assignment) => assignment.split("=") as [string, string]),
);

/** `--v8-flags=...`, `--allow-net`, `--allow-env=...` and so on. */
export const startFlags: readonly string[] = start.filter((word) => word.startsWith("--"));

/**
 * Starting programs is for the parent of a daemon alone, whose program may lie anywhere, so the permission for it is
 * general; asking whether the holder of a pid file lives takes it too. A node that serves has no more use for it, and gives it
 * up for good.
 */
export async function giveUpRunning(): Promise<void> {
  await Deno.permissions.revoke({ name: "run" });
}
