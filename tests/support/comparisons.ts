/**
 * When two servers' replies to one command count as the same. Most must agree to the byte, error texts included; this table
 * holds the exceptions, each with its reason. A command that is not in it is compared to the byte.
 */
import type { Args } from "./resp_client.ts";
import { argBytes } from "./resp_client.ts";
import { fromLatin1, latin1, type RespReply, type RespValue } from "./resp_value.ts";

/** How the replies to a command are compared, unless they are the same bytes. */
export type Comparison =
  /** To the byte. */
  | "exact"
  /** Redis' order is that of a hash table: as a set of elements. */
  | "elements"
  /** The same for fields with their values, whether they come as a map or as a flat array. */
  | "pairs"
  /** Redis keeps the sign of a zero score only where a sorted set has ever outgrown a listpack; ours never does. */
  | "scores"
  /** Time passes between the two servers: seconds, or milliseconds, of the same sign that are close. */
  | "seconds"
  | "milliseconds"
  /** A size in memory, or how often Redis shares an object: both positive, or the same. */
  | "positive"
  /** Redis never goes back to a small encoding; ours is that of the content. */
  | "encoding"
  /** A cursor over a hash table: every call until the cursor is 0, and the union of what they return. */
  | "walk"
  /** Left to chance: see random_replies.ts. */
  | "random";

const comparisons: Readonly<Record<string, Comparison>> = {
  keys: "elements",
  smembers: "elements",
  sinter: "elements",
  sunion: "elements",
  sdiff: "elements",
  hkeys: "elements",
  hvals: "elements",
  hgetall: "pairs",
  zadd: "scores",
  zincrby: "scores",
  zscore: "scores",
  zmscore: "scores",
  zrange: "scores",
  zrevrange: "scores",
  zrangebyscore: "scores",
  zrevrangebyscore: "scores",
  zpopmin: "scores",
  zpopmax: "scores",
  zmpop: "scores",
  zunion: "scores",
  zinter: "scores",
  zdiff: "scores",
  ttl: "seconds",
  pttl: "milliseconds",
  expiretime: "seconds",
  pexpiretime: "milliseconds",
  "memory usage": "positive",
  "object encoding": "encoding",
  "object refcount": "positive",
  scan: "walk",
  sscan: "walk",
  hscan: "walk",
  zscan: "walk",
  randomkey: "random",
  spop: "random",
  srandmember: "random",
  hrandfield: "random",
  zrandmember: "random",
};

/** The lower-case name of a command, with its subcommand where the table knows one. */
export function commandName(args: Args): string {
  const word = (index: number) => args.length > index ? latin1(argBytes(args[index]!)).toLowerCase() : "";
  const both = `${word(0)} ${word(1)}`;
  return Object.hasOwn(comparisons, both) ? both : word(0);
}

export function comparisonOf(args: Args): Comparison {
  const name = commandName(args);
  return Object.hasOwn(comparisons, name) ? comparisons[name]! : "exact";
}

/** Do the replies of one call agree? For the comparisons that need no further call. */
export function agree(comparison: Comparison, ours: RespReply, theirs: RespReply): boolean {
  if (sameValue(ours, theirs)) return true;
  if (ours.type !== theirs.type) return false;
  // An error is text for people: what is not UTF-8 in a client's word is shown as U+FFFD.
  if (ours.type === "-") return asUtf8(ours) === asUtf8(theirs);
  switch (comparison) {
    case "elements":
      return sameElements(ours.items, theirs.items, 1);
    case "pairs":
      return sameElements(ours.items, theirs.items, 2);
    case "scores":
      return sameValue(withoutSigns(ours), withoutSigns(theirs));
    case "seconds":
      return isClose(ours, theirs, 1);
    case "milliseconds":
      return isClose(ours, theirs, 1000);
    case "positive":
      return ours.type === ":" && Number(ours.text) > 0 && Number(theirs.text) > 0;
    case "encoding":
      return grownEncodings.has(`${ours.text} ${theirs.text}`);
    default:
      return false;
  }
}

function asUtf8({ text }: RespValue): string {
  return new TextDecoder().decode(fromLatin1(text));
}

/** Of ours and of Redis' encoding: where Redis' may be the one that an earlier content needed. */
const grownEncodings = new Set(["listpack hashtable", "listpack skiplist", "intset hashtable"]);

export function sameValue(a: RespValue, b: RespValue): boolean {
  if (a.type !== b.type || a.text !== b.text || a.items?.length !== b.items?.length) return false;
  return a.items === undefined || a.items.every((item, i) => sameValue(item, b.items![i]!));
}

/** -0 as 0, wherever it stands. */
function withoutSigns(value: RespValue): RespValue {
  return { ...value, text: value.text === "-0" ? "0" : value.text, items: value.items?.map(withoutSigns) };
}

/** Are these the same groups of `size` elements, in any order? */
export function sameElements(
  a: readonly RespValue[] | undefined,
  b: readonly RespValue[] | undefined,
  size: number,
): boolean {
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  const left = groups(a, size).sort();
  const right = groups(b, size).sort();
  return left.every((group, i) => group === right[i]);
}

/** Elements as comparable texts, `size` of them to a group. */
export function groups(items: readonly RespValue[], size: number): string[] {
  const texts: string[] = [];
  for (let i = 0; i < items.length; i += size) {
    texts.push(JSON.stringify(items.slice(i, i + size).map(({ type, text }) => [type, text])));
  }
  return texts;
}

/** More than a loaded machine lets pass between two replies, less than a wrong unit or sign would make. */
const CLOSE_SECONDS = 60;
/** From about here on all times are one to the embedded engine (expire_time.ts): the year 287,000. */
const FAR_SECONDS = 9e12;

/** Numbers of `unit` parts of a second. */
function isClose(ours: RespValue, theirs: RespValue, unit: number): boolean {
  const [a, b] = [Number(ours.text) / unit, Number(theirs.text) / unit];
  if (a >= FAR_SECONDS && b >= FAR_SECONDS) return true;
  return a > 0 && b > 0 && Math.abs(a - b) <= CLOSE_SECONDS;
}
