/**
 * Commands whose reply is left to chance, and cursors over a hash table, whose order is: what must hold of the replies instead of
 * being the same. What a command removes by chance from ours is then removed from the other server too, so that both go on
 * with the same content.
 */
import { commandName, comparisonOf, sameValue } from "./comparisons.ts";
import { type Arg, argBytes, type Args, type RespClient } from "./resp_client.ts";
import { fromLatin1, isNull, latin1, type RespReply, type RespValue } from "./resp_value.ts";

/** The two servers, as a test sees them. */
export interface Pair {
  readonly ours: RespClient;
  readonly theirs: RespClient;
}

/** What came of one command on both. `fault` says what must not be; undefined when all is well. */
export interface Outcome {
  readonly ours: RespReply;
  readonly theirs: RespReply;
  readonly fault: string | undefined;
}

/** Every leaf of a reply, in order. */
function leaves(value: RespValue): string[] {
  return value.items === undefined ? isNull(value) ? [] : [value.text] : value.items.flatMap(leaves);
}

/** Leaves, `size` of them to a comparable text. */
function grouped(texts: readonly string[], size: number): string[] {
  const groups: string[] = [];
  for (let i = 0; i < texts.length; i += size) groups.push(JSON.stringify(texts.slice(i, i + size)));
  return groups;
}

/** What the reply of a random command is drawn from. */
const sources: Readonly<Record<string, (key: Arg) => Args>> = {
  randomkey: () => ["KEYS", "*"],
  spop: (key) => ["SMEMBERS", key],
  srandmember: (key) => ["SMEMBERS", key],
  hrandfield: (key) => ["HGETALL", key],
  zrandmember: (key) => ["ZRANGE", key, 0, -1, "WITHSCORES"],
};

/** Elements beyond which a test does not ask for repeated ones. */
const REPEATS_MAX = 1000;

/**
 * May a random sequence have it? Not with a count of minus two billion: Redis makes a reply of two billion elements, SRANDMEMBER
 * and its kin take the machine's memory with them. Not SORT by a pattern without `*`, which leaves the order as it is: of a set
 * that is Redis' own, and a set may have come to any key. Not numbers out of C's range: a SORT behind one fails in Redis, which
 * takes the `errno` that was left behind for its own.
 */
export function isComparable(args: Args): boolean {
  const texts = args.map((arg) => latin1(argBytes(arg)).toLowerCase());
  if (comparisonOf(args) === "random") return !(Number(texts[2] ?? 0) < -REPEATS_MAX);
  if (texts.some((text) => /^[+-]?1e[+-]?\d{3}/.test(text))) return false;
  if (comparisonOf(args) === "walk" && texts.some((text) => Number(text) >= 2 ** 64)) return false;
  if (!/^sort(_ro)?$/.test(texts[0]!)) return true;
  return texts.every((text, i) => text !== "by" || texts[i + 1]?.includes("*") !== false);
}

/** A command whose reply is drawn from `sources`. */
export async function runRandom({ ours, theirs }: Pair, args: Args): Promise<Outcome> {
  const name = commandName(args);
  const key = args[1] ?? "";
  const source = await ours.call(...sources[name]!(key));
  const ourReply = await ours.call(...args);
  const theirReply = await theirs.call(...args);
  const outcome = (fault: string | undefined) => ({ ours: ourReply, theirs: theirReply, fault });
  if (sameValue(ourReply, theirReply)) return outcome(undefined);
  if (ourReply.type !== theirReply.type) return outcome("replies of different types");
  const drawn = leaves(ourReply);
  if (drawn.length !== leaves(theirReply).length) return outcome("different counts");
  if (ourReply.type === "-") return outcome("different errors");
  const withValues = args.length > 3;
  const pairs = name === "hrandfield" || name === "zrandmember";
  const all = grouped(leaves(source), pairs ? 2 : 1);
  const known = new Set(pairs && !withValues ? all.map((pair) => JSON.stringify([JSON.parse(pair)[0]])) : all);
  const groups = grouped(drawn, withValues ? 2 : 1);
  if (!groups.every((group) => known.has(group))) return outcome("an element that the key does not have");
  const mayRepeat = args.length > 2 && latin1(argBytes(args[2]!)).startsWith("-");
  if (!mayRepeat && new Set(groups).size < groups.length) return outcome("an element twice");
  if (name === "spop") await giveBack(theirs, key, leaves(theirReply), drawn);
  return outcome(undefined);
}

/** Undoes what SPOP took over there, and takes what it took here. Nothing to do where the key was emptied and is gone. */
async function giveBack(theirs: RespClient, key: Arg, theirDrawn: string[], ourDrawn: string[]): Promise<void> {
  if ((await theirs.call("EXISTS", key)).text === "0") return;
  await theirs.call("SADD", key, ...theirDrawn.map(fromLatin1));
  await theirs.call("SREM", key, ...ourDrawn.map(fromLatin1));
}

/** More calls than any walk over the few elements of a test needs. */
const CALLS_MAX = 10_000;

/** A cursor command: walked to its end on both, and the union of what came compared. Errors must be the same. */
export async function runWalk({ ours, theirs }: Pair, args: Args): Promise<Outcome> {
  const first = await Promise.all([ours.call(...args), theirs.call(...args)]);
  const outcome = (fault: string | undefined) => ({ ours: first[0], theirs: first[1], fault });
  if (sameValue(first[0], first[1])) return outcome(undefined);
  if (first.some(({ items }) => items?.length !== 2)) return outcome("different replies");
  // Where a cursor leads that nobody gave out is nobody's promise.
  if (latin1(argBytes(args[cursorArg(args)]!)) !== "0") return outcome(undefined);
  const [here, there] = await Promise.all([walk(ours, args, first[0]), walk(theirs, args, first[1])]);
  if (here === undefined || there === undefined) return outcome("a walk without end");
  const missing = [...there].filter((element) => !here.has(element));
  const extra = [...here].filter((element) => !there.has(element));
  if (missing.length + extra.length === 0) return outcome(undefined);
  return outcome(
    `the walk misses ${missing.join(" ") || "nothing"}, and has beyond it ${extra.join(" ") || "nothing"}`,
  );
}

function cursorArg(args: Args): number {
  return commandName(args) === "scan" ? 1 : 2;
}

async function walk(client: RespClient, args: Args, first: RespReply): Promise<Set<string> | undefined> {
  const name = commandName(args);
  const size = name === "hscan" || name === "zscan" ? 2 : 1;
  const cursorAt = cursorArg(args);
  const seen = new Set<string>();
  let reply: RespValue = first;
  for (let i = 0; i < CALLS_MAX; i++) {
    const [cursor, elements] = reply.items ?? [];
    if (cursor === undefined || elements === undefined) return undefined;
    const texts = leaves(elements);
    for (const group of grouped(name === "zscan" ? scoresAsNumbers(texts) : texts, size)) seen.add(group);
    if (cursor.text === "0") return seen;
    reply = await client.call(...args.map((arg, index) => index === cursorAt ? cursor.text : arg));
  }
  return undefined;
}

/**
 * Members and scores in turn. Redis prints whole numbers of 18 digits and more, and zeros with a sign, as the encoding it has
 * come to would; as numbers they are the same.
 */
function scoresAsNumbers(texts: readonly string[]): string[] {
  return texts.map((text, i) => i % 2 === 0 || text.endsWith("inf") ? text : String(Number(text)));
}
