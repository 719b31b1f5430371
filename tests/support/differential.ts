/**
 * The differential test's engine: the same commands to two servers, the replies compared (comparisons.ts), and the first
 * difference cut down to the few commands that it takes.
 */
import { agree, comparisonOf } from "./comparisons.ts";
import { type Outcome, type Pair, runRandom, runWalk } from "./random_replies.ts";
import { argBytes, type Args } from "./resp_client.ts";
import { latin1, quote, showValue } from "./resp_value.ts";

export type { Pair } from "./random_replies.ts";

/** Where two servers parted. */
export interface Difference extends Outcome {
  readonly fault: string;
  /** Index of the command that got different replies. */
  readonly at: number;
}

/** Commands sent at once: more than one, to exercise pipelining; few enough for both sides to take without reading. */
const BATCH = 32;

/** Sends all commands to both servers, up to the first difference, which it returns. */
export async function run(pair: Pair, commands: readonly Args[]): Promise<Difference | undefined> {
  for (let at = 0; at < commands.length;) {
    const comparison = comparisonOf(commands[at]!);
    if (comparison === "random" || comparison === "walk") {
      const outcome = await (comparison === "random" ? runRandom : runWalk)(pair, commands[at]!);
      if (outcome.fault !== undefined) return { ...outcome, fault: outcome.fault, at };
      at++;
      continue;
    }
    const batch = plainBatch(commands, at);
    const [ours, theirs] = await Promise.all([pair.ours.pipeline(batch), pair.theirs.pipeline(batch)]);
    for (let i = 0; i < batch.length; i++) {
      const fits = agree(comparisonOf(batch[i]!), ours[i]!, theirs[i]!);
      if (!fits) return { ours: ours[i]!, theirs: theirs[i]!, fault: "different replies", at: at + i };
    }
    at += batch.length;
  }
  return undefined;
}

/** The commands from `at` on that can go out together. */
function plainBatch(commands: readonly Args[], at: number): readonly Args[] {
  let end = at;
  while (end < commands.length && end - at < BATCH) {
    const comparison = comparisonOf(commands[end]!);
    if (comparison === "random" || comparison === "walk") break;
    end++;
  }
  return commands.slice(at, end);
}

/** Runs the commands on empty servers. */
export async function runAfresh(pair: Pair, commands: readonly Args[]): Promise<Difference | undefined> {
  await Promise.all([pair.ours.call("FLUSHALL"), pair.theirs.call("FLUSHALL")]);
  return await run(pair, commands);
}

/** Replays spent on making a sequence shorter. */
const REPLAYS_MAX = 400;

/** The commands up to the difference, without those that it does not take: parts are left out, smaller ones each round. */
export async function shrink(pair: Pair, commands: readonly Args[], difference: Difference): Promise<readonly Args[]> {
  let kept = commands.slice(0, difference.at + 1);
  let replays = 0;
  for (let size = kept.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < kept.length && replays < REPLAYS_MAX;) {
      const shorter = [...kept.slice(0, at), ...kept.slice(at + size)];
      replays++;
      const still = await runAfresh(pair, shorter);
      if (still === undefined) at += size;
      else kept = shorter.slice(0, still.at + 1);
    }
  }
  return kept;
}

/** A command as one could type it into redis-cli. */
export function showCommand(args: Args): string {
  return args.map((arg) => {
    const text = latin1(argBytes(arg));
    return /^[\w.:*()[\]{}+-]+$/.test(text) && text.length < 100 ? text : quote(text);
  }).join(" ");
}

/** The difference for people: the shortest sequence found and both replies to its last command. */
export async function report(pair: Pair, commands: readonly Args[], difference: Difference): Promise<string> {
  const shortest = await shrink(pair, commands, difference);
  const again = await runAfresh(pair, shortest) ?? difference;
  return [
    `${again.fault} at the last of these commands, on empty servers:`,
    ...shortest.map((args) => `  ${showCommand(args)}`),
    `ours:  ${showValue(again.ours)}`,
    `Redis: ${showValue(again.theirs)}`,
  ].join("\n");
}
