/**
 * `dynomite top`: looks at the cluster every few seconds and draws what changed. In a terminal it goes on until q or Ctrl-C;
 * with --once, or where stdout is no terminal, it prints one table, of two looks an interval apart, and ends.
 */
import { type OptionRow } from "../../getopt.ts";
import { wholeNumber } from "../../value_kinds.ts";
import { AdminError } from "../admin_client.ts";
import { describeCommand, readCommand, seconds } from "../arguments.ts";
import type { CommandIo } from "../command.ts";
import { openTarget } from "../target.ts";
import { type ClusterLook, ClusterWatch } from "./cluster.ts";
import { renderPage } from "./page.ts";
import { Screen } from "./screen.ts";

const INTERVAL_MS = 2_000;

const rows: readonly OptionRow[] = [
  {
    short: "i",
    long: "interval",
    field: "intervalMs",
    argument: { shown: "S", requires: "a number", kind: seconds(0.1, 3600) },
    doc: "seconds between two looks (default: 2)",
  },
  { short: "1", long: "once", field: "once", doc: "print one table and end, as where stdout is no terminal" },
  {
    long: "stats-port",
    field: "statsPort",
    argument: { shown: "N", requires: "a number", kind: wholeNumber(1, 65535) },
    doc: "stats port of the other nodes (default: as far from their peer ports as at the node asked)",
  },
];

const help =
  "Rates are of the time between two looks; latencies are what the node's own histogram holds. The other nodes " +
  "are asked for\ntheir counters at the hosts of the ring; those that cannot be reached stand with the state that the node asked sees.\n" +
  "q or Ctrl-C ends.";

export async function top(args: readonly string[], io: CommandIo): Promise<number> {
  const given = readCommand<{ intervalMs: number; once: true; statsPort: number }>(args, rows);
  if (given.help) {
    io.print(describeCommand("top", rows, help));
    return 0;
  }
  const { intervalMs = INTERVAL_MS, statsPort } = given;
  const client = await openTarget(given, io.token());
  const watch = new ClusterWatch(client, { statsPort, now: () => performance.now() });
  const first = await watch.look();
  if (given.once || !Deno.stdout.isTerminal()) {
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
    const frame = { time: timeOfDay(), hint: "", problem: "" };
    const page = renderPage(await watch.look(), frame, { columns: Infinity, rows: Infinity });
    io.print(page.map(({ text }) => text).join("\n"));
    return 0;
  }
  await show(watch, first, intervalMs);
  return 0;
}

/** Draws until the person leaves. */
async function show(watch: ClusterWatch, first: ClusterLook, intervalMs: number): Promise<void> {
  let look = first;
  let problem = "";
  const draw = () => {
    const frame = { time: timeOfDay(), hint: `every ${intervalMs / 1000} s; q quits`, problem };
    screen.draw(renderPage(look, frame, screen.size));
  };
  const screen = new Screen(draw);
  let cancel = () => {};
  try {
    let running = true;
    void screen.ended.then(() => running = false);
    while (running) {
      draw();
      await Promise.race([
        screen.ended,
        new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, intervalMs);
          cancel = () => clearTimeout(timer);
        }),
      ]);
      cancel();
      if (!running) break;
      try {
        look = await Promise.race([watch.look(), screen.ended.then(() => look)]);
        problem = "";
      } catch (error) {
        if (!(error instanceof AdminError)) throw error;
        problem = error.message;
      }
    }
  } finally {
    cancel();
    screen.close();
  }
}

function timeOfDay(): string {
  const now = new Date();
  return [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}
