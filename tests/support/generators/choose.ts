/**
 * Chance for the command generators: words, keys and values of the kinds that commands take. A key is mostly one of its own
 * type, so that commands find something, and now and then one of another type or none.
 */
import type { Random } from "../../../core/random.ts";
import type { Arg, Args } from "../resp_client.ts";

export type KeyKind = "string" | "hash" | "list" | "set" | "zset";

/** Few keys, so that commands meet each other's traces: one of them binary, one empty, one with a hash tag. */
const keysOf: Readonly<Record<KeyKind, readonly Arg[]>> = {
  string: ["s", "s1", "s2", new Uint8Array([0, 255, 13, 10])],
  hash: ["h", "h1", "h{s}"],
  list: ["l", "l1", "l2"],
  set: ["t", "t1", "t2", "t3"],
  zset: ["z", "z1", "z2"],
};
const kinds = Object.keys(keysOf) as KeyKind[];
/** All keys that generators use. */
export const allKeys: readonly Arg[] = [...kinds.flatMap((kind) => keysOf[kind]), "", "none"];

const words = ["", "a", "b", "c", "foo", "hello", "world", "0", "1", "-1", "3.5", "10", "A"];
const binary: readonly Uint8Array[] = [
  new Uint8Array([0]),
  new Uint8Array([255, 0, 13, 10, 128]),
  new Uint8Array([0xc3, 0xa9]),
  new Uint8Array(100).fill(97),
];
const limits = [
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775806",
  "4294967296",
  "-2147483649",
];
/** What is no number to Redis, or no whole one. */
const nonsense = [
  "",
  "abc",
  "1.5",
  " 1",
  "1 ",
  "0x10",
  "1e3",
  "+1",
  "01",
  "-0",
  "9223372036854775808",
  "99999999999999999999",
  "-",
  "nan",
];
const floats = [
  "0",
  "1",
  "-1",
  "1.5",
  "-2.25",
  "3.14159",
  "0.1",
  "1e3",
  "-1e-3",
  "1e17",
  "123456789.123",
  ".5",
  "5.",
  "17",
];
const strangeFloats = ["inf", "-inf", "+inf", "nan", "abc", "", "0x1p3", " 1", "1.5.5", "1e", "-"];

export class Choose {
  readonly random: Random;
  #times = 0;

  constructor(random: Random) {
    this.random = random;
  }

  below(limit: number): number {
    return this.random.below(limit);
  }
  /** True once in `times`. */
  onceIn(times: number): boolean {
    return this.below(times) === 0;
  }
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
  /** Between `least` and `most` of what `make` makes. */
  some<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
  /** `args` once in `times`, else nothing: `...choose.maybe(3, "COUNT", 5)`. */
  maybe(times: number, ...args: Arg[]): Arg[] {
    return this.onceIn(times) ? args : [];
  }
  /** Each option word with its own chance of one in `times`, in any order, letters in any case. */
  options(times: number, ...options: readonly Args[]): Arg[] {
    const chosen = options.filter(() => this.onceIn(times));
    for (let i = chosen.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [chosen[i], chosen[j]] = [chosen[j]!, chosen[i]!];
    }
    return chosen.flatMap(([word, ...rest]) => [this.word(String(word)), ...rest]);
  }
  /** A word in upper, lower or mixed case. */
  word(word: string): string {
    if (this.onceIn(3)) return word.toLowerCase();
    return this.onceIn(6) ? word[0]!.toLowerCase() + word.slice(1).toUpperCase() : word.toUpperCase();
  }

  /** A key, nine times of ten one that holds `kind` if anything. */
  key(kind: KeyKind): Arg {
    return this.onceIn(10) ? this.anyKey() : this.of(keysOf[kind]);
  }
  anyKey(): Arg {
    return this.of(allKeys);
  }

  /** A value: short text, a number, bytes, something long. */
  value(): Arg {
    switch (this.below(6)) {
      case 0:
        return this.of(binary);
      case 1:
        return this.number();
      case 2:
        return "x".repeat(this.below(80));
      default:
        return this.of(words);
    }
  }
  /** A member or field: few of them, so that they meet. */
  member(): Arg {
    return this.onceIn(12) ? this.of(binary) : this.of(["a", "b", "c", "d", "e", "1", "2", "3", "10", "-5", "foo", ""]);
  }
  /** A whole number, mostly small; at times at the limits of 64 bits, at times no number. */
  number(): string {
    if (this.onceIn(25)) return this.of(nonsense);
    return this.onceIn(15) ? this.of(limits) : String(this.below(41) - 20);
  }
  /** A position, negative ones from the end. */
  index(): string {
    return this.onceIn(20) ? this.number() : String(this.below(17) - 8);
  }
  /** A count of one or more, at times 0, negative or none. */
  count(): string {
    return this.onceIn(12) ? this.number() : String(1 + this.below(6));
  }
  float(): string {
    return this.onceIn(15) ? this.of(strangeFloats) : this.of(floats);
  }

  /**
   * Seconds from now, far enough for nothing to expire while a test runs. Each time another number, ten minutes or more from all
   * before it: commands that compare two times then do not depend on when they ran.
   */
  secondsFromNow(): number {
    return (2 + (this.#times++ * 7919) % 100_003) * 600;
  }
  millisecondsFromNow(): number {
    return this.secondsFromNow() * 1000;
  }
  /** Seconds since 1970, far ahead. */
  futureSeconds(): number {
    return 33_000_000_000 + this.below(1000);
  }
  futureMilliseconds(): number {
    return this.futureSeconds() * 1000 + this.below(1000);
  }
  /** Seconds since 1970, long past. */
  pastSeconds(): number {
    return 1 + this.below(1000);
  }
}

const strays: readonly Arg[] = ["extra", "0", "-1", ...nonsense];

/** The command, or once in `times` one with an argument missing, doubled, misplaced or replaced by a stray one. */
export function mistaken(choose: Choose, args: Args, times: number): Args {
  if (!choose.onceIn(times) || args.length < 2) return args;
  const at = 1 + choose.below(args.length - 1);
  switch (choose.below(4)) {
    case 0:
      return args.toSpliced(at, 1);
    case 1:
      return args.toSpliced(at, 0, args[at]!);
    case 2:
      return args.toSpliced(at, 1, choose.of(strays));
    default:
      return [...args, choose.of(strays)];
  }
}
