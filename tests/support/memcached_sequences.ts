/**
 * Random sequences of Memcached commands, and the comparison of what two servers answer to one. Cas uniques differ from server
 * to server: a request names the key whose last seen unique it means, and in the replies they become numbers in the order
 * of their first appearance.
 */
import type { Random } from "../../core/random.ts";
import type { MemcachedClient } from "./memcached_client.ts";

/** `{cas:KEY}` stands for the unique that this server last showed for KEY. */
export type Step = string;

export interface Difference {
  readonly step: number;
  readonly sent: string;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

const keys = ["a", "b", "c", "key:1", "key:2", "n1", "n2", "x".repeat(250)];
const values = [
  "",
  "x",
  "hello",
  "0",
  "1",
  "99",
  "18446744073709551615",
  "12 ",
  "a\r\nb",
  "END\r\n",
  "\0\xff",
  "v".repeat(3000),
];
/** Times far from the next round number, which a second's delay does not reach; and those that have passed. */
const times = ["0", "0", "0", "1005", "100005", "-1", "-100", "2147483600"];
const deltas = ["0", "1", "5", "100", "18446744073709551615", "9223372036854775808"];

/** Lines that are wrong in one way or another. Where memcached finds that out late, the key is one that is never set. */
export const mistakes: readonly string[] = [
  "get\r\n",
  "GET a\r\n",
  "gets\r\n",
  "gat\r\n",
  "gat 10\r\n",
  "gat x a\r\n",
  "nonsense\r\n",
  "\r\n",
  "\n",
  " \r\n",
  "a\r\n",
  `get ${"k".repeat(251)}\r\n`,
  `get none ${"k".repeat(251)}\r\n`,
  "set a 0 0\r\n",
  "set a 0 0 x\r\n",
  "set a 0 0 -1\r\n",
  "set a x 0 1\r\n",
  "set a 0 x 1\r\n",
  "set a 0 0 1 2 3\r\n",
  "set a 0 0 1\r\nxyz\r\n",
  "set a 0 0 5\r\nab\r\ncd\r\n",
  `set ${"k".repeat(251)} 0 0 1\r\n`,
  "set a 0 0 noreply\r\n",
  "set a 0 0 1 noreply\r\nxyz\r\n",
  "cas a 0 0 1\r\n",
  "cas a 0 0 1 x\r\n",
  "delete\r\n",
  "delete a 5\r\n",
  "delete a 0\r\n",
  "delete a 5 noreply\r\n",
  "delete a 0 noreply x\r\n",
  "delete noreply\r\n",
  "incr a\r\n",
  "incr a x\r\n",
  "incr a -1\r\n",
  "incr a noreply\r\n",
  "decr a 1 2\r\n",
  "touch a\r\n",
  "touch a x\r\n",
  "touch a 0 1\r\n",
  "touch a noreply\r\n",
  "flush_all x\r\n",
  "flush_all 1 2 3\r\n",
  "verbosity\r\n",
  "verbosity x\r\n",
  "verbosity 1 2 3\r\n",
  "shutdown\r\n",
  "stats reset\r\n",
  "verbosity noreply\r\n",
  "mg\r\n",
  "mg a v v\r\n",
  "mg a !\r\n",
  "mg a Tx\r\n",
  "mg a T\r\n",
  "mg a Nx\r\n",
  `mg ${"k".repeat(251)} v\r\n`,
  "mg a b\r\n",
  "mg YQ= b\r\n",
  `mg a ${"w ".repeat(18)}\r\n`,
  `mg none O${"o".repeat(32)}\r\n`,
  "mx a\r\n",
  "m\r\n",
  "ms\r\n",
  "ms a\r\n",
  "ms a x\r\n",
  "ms a -1\r\n",
  "ms a 1 !\r\nx\r\n",
  "ms a 1 Fx\r\nx\r\n",
  "ms a 1 Cx\r\nx\r\n",
  "ms a 1 MZ\r\nx\r\n",
  "ms a 1 MAB\r\nx\r\n",
  "ms a 1\r\nxyz\r\n",
  "ms a 1 q\r\nxyz\r\n",
  "ms a 1 q !\r\nx\r\n",
  `ms a 1 O${"o".repeat(32)}\r\nx\r\n`,
  "md\r\n",
  "md a !\r\n",
  "md a Cx\r\n",
  "ma\r\n",
  "ma a MX\r\n",
  "ma a Dx\r\n",
  "ma a Jx\r\n",
  "ma a MXX\r\n",
  "me\r\n",
  "me YQ= b\r\n",
  `me ${"k".repeat(251)}\r\n`,
]; // deno-fmt-ignore

export class Sequences {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /**
   * `count` steps: single requests, and now and then some in one write. Alone stay those whose effect depends in memcached on
   * whether earlier replies have left: arithmetic (it pads the number or not), and a get that fails (it drops those replies).
   */
  make(count: number): Step[] {
    return Array.from({ length: count }, () => {
      if (this.#below(4) > 0) return this.#request();
      const together = Array.from({ length: 2 + this.#below(5) }, () => this.#request());
      return together.filter((request) => !/^(incr|decr|ma) /.test(request) && !mistakes.includes(request)).join("");
    });
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }
  #of<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }
  #perhaps(text: string, onceIn = 3): string {
    return this.#below(onceIn) === 0 ? text : "";
  }

  #request(): string {
    if (this.#below(25) === 0) return this.#of(mistakes);
    if (this.#below(150) === 0) return `flush_all${this.#perhaps(" noreply")}\r\n`;
    return this.#below(2) === 0 ? this.#classic() : this.#meta();
  }

  #classic(): string {
    const key = this.#of(keys);
    const noreply = this.#perhaps(" noreply", 6);
    const some = Array.from({ length: 1 + this.#below(5) }, () => this.#of(keys)).join(" ");
    switch (this.#below(10)) {
      case 0:
        return `${this.#of(["get", "gets"])} ${some}\r\n`;
      case 1:
        return `${this.#of(["gat", "gats"])} ${this.#of(times)} ${some}\r\n`;
      case 2:
        return `delete ${key}${noreply}\r\n`;
      case 3:
        return `touch ${key} ${this.#of(times)}${noreply}\r\n`;
      case 4:
      case 5:
        return `${this.#of(["incr", "decr"])} ${this.#of(["n1", "n2", key])} ${this.#of(deltas)}${noreply}\r\n`;
      case 6:
        return this.#storage("cas", key, ` ${this.#of([`{cas:${key}}`, `{cas:${key}}`, "1"])}${noreply}`);
      default:
        return this.#storage(this.#of(["set", "set", "add", "replace", "append", "prepend"]), key, noreply);
    }
  }

  #storage(name: string, key: string, rest: string): string {
    const value = this.#of(values);
    const flags = this.#of(["0", "1", "4294967295"]);
    return `${name} ${key} ${flags} ${this.#of(times)} ${value.length}${rest}\r\n${value}\r\n`;
  }

  #meta(): string {
    const plain = this.#of(keys);
    const coded = this.#below(4) === 0;
    const key = coded ? btoa(this.#of([plain, "with blank", "\x01\xff"])).slice(0, 250) : plain;
    const flags: string[] = coded && key.length % 4 === 0 ? ["b"] : [];
    const add = (flag: string, onceIn = 3) => {
      if (this.#below(onceIn) === 0) flags.push(flag);
    };
    add("k");
    add("q", 5);
    add(`O${this.#below(100)}`);
    const line = (start: string) => [start, ...this.#shuffled(flags)].join(" ") + "\r\n";
    switch (this.#below(6)) {
      case 0: {
        add("c");
        add(`F${this.#of(["0", "7", "4294967295"])}`);
        add(`T${this.#of(times)}`);
        add(`C${this.#of([`{cas:${plain}}`, "1"])}`, 4);
        add(`M${this.#of([..."EAPRS"])}`);
        add("I", 6);
        const value = this.#of(values);
        return `${line(`ms ${key} ${value.length}`)}${value}\r\n`;
      }
      case 1:
        add(`C${this.#of([`{cas:${plain}}`, "1"])}`, 4);
        add("I");
        add(`T${this.#of(times)}`);
        return line(`md ${key}`);
      case 2:
        for (const flag of ["c", "t", "v"]) add(flag);
        // 1.6.18 forgets q where N makes the item; later versions do not, nor do we.
        if (!flags.includes("q")) add(`N${this.#of(times)}`, 4);
        add(`J${this.#of(deltas)}`);
        // No T: where the number gets longer, 1.6.18 sets the time of the item that it has just replaced.
        add(`D${this.#of(deltas)}`);
        add(`M${this.#of([..."ID+-"])}`);
        return line(`ma ${coded ? key : this.#of(["n1", "n2", plain])}`);
      case 3:
        return `me ${key}${flags.includes("b") ? " b" : ""}\r\n`;
      default:
        for (const flag of ["c", "f", "h", "l", "s", "t", "u", "v", "v"]) if (!flags.includes(flag)) add(flag);
        add(`N${this.#of(times)}`, 6);
        add(`R${this.#of(["30", "2000"])}`, 6);
        add(`T${this.#of(times)}`, 6);
        return line(`mg ${key}`);
    }
  }

  #shuffled(flags: readonly string[]): string[] {
    return flags.map((flag) => [this.#random.next(), flag] as const).sort(([a], [b]) => a - b).map(([, flag]) => flag);
  }
}

/** One server under comparison, and the uniques it showed. */
export class Side {
  readonly #client: MemcachedClient;
  readonly #lastUnique = new Map<string, string>();
  readonly #numbers = new Map<string, number>();

  constructor(client: MemcachedClient) {
    this.#client = client;
  }

  /** Sends a step and returns its replies, made comparable. */
  async run(step: Step): Promise<string[]> {
    const request = step.replace(/\{cas:([^}]*)\}/g, (_, key) => this.#lastUnique.get(key) ?? "999999999999999999");
    return (await this.#client.ask(request)).map((reply) => this.#comparable(reply));
  }

  #comparable(reply: string): string {
    if (reply.startsWith("VALUE ")) return this.#values(reply);
    if (reply.startsWith("ME ")) {
      return reply.replace(/^ME .* exp=.* fetch=(\w+).*/s, "ME fetch=$1");
    }
    if (!/^(HD|VA|EN)/.test(reply)) return reply;
    const lineEnd = reply.indexOf("\r\n");
    // 1.6.18 forgets that a key is binary where it copies the item; then it prints the key as it is.
    const line = reply.slice(0, lineEnd).replace(/ k(\S+) b(?= |$)/, (_, key) => ` k${atob(key)}`);
    const flags = line.split(" ").map((flag, index) => {
      if (index === 0) return flag;
      if (/^t\d+$/.test(flag)) return comparableTime(Number(flag.slice(1)));
      if (/^l\d+$/.test(flag)) return "l";
      if (/^c\d+$/.test(flag)) return `c${this.#number(flag.slice(1))}`;
      return flag;
    });
    return flags.join(" ") + reply.slice(lineEnd);
  }

  #values(reply: string): string {
    let text = "";
    for (let at = 0; reply.startsWith("VALUE ", at);) {
      const lineEnd = reply.indexOf("\r\n", at);
      const [, key, flags, length, unique] = reply.slice(at, lineEnd).split(" ");
      const after = lineEnd + 2 + Number(length) + 2;
      if (unique !== undefined) this.#lastUnique.set(key!, unique);
      const number = unique === undefined ? "" : ` #${this.#number(unique)}`;
      text += `VALUE ${key} ${flags} ${length}${number}${reply.slice(lineEnd, after)}`;
      at = after;
      if (!reply.startsWith("VALUE ", at)) text += reply.slice(at);
    }
    return text;
  }

  #number(unique: string): number {
    if (unique === "0") return 0;
    if (!this.#numbers.has(unique)) this.#numbers.set(unique, this.#numbers.size + 1);
    return this.#numbers.get(unique)!;
  }
}

/** Seconds pass, but not hundreds of them. An item that has expired has less than no time left in 1.6.18. */
function comparableTime(seconds: number): string {
  return seconds > 3e9 ? "t0" : `t${Math.ceil(seconds / 100) * 100}`;
}

/** Runs the steps on both. Returns the first difference, or undefined. */
export async function compare(ours: Side, theirs: Side, steps: readonly Step[]): Promise<Difference | undefined> {
  for (const [index, step] of steps.entries()) {
    const [a, b] = await Promise.all([ours.run(step), theirs.run(step)]);
    if (JSON.stringify(a) !== JSON.stringify(b)) return { step: index, sent: step, ours: a, theirs: b };
  }
  return undefined;
}
