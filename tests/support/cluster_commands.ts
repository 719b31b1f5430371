/**
 * Random commands of one client of a cluster, each with what its reply must be. A client has keys of its own, so that a model
 * that runs its commands one by one knows every reply, whatever other clients do meanwhile; and each value names the client,
 * so that a reply that is another request's shows.
 *
 * Keys have tags: those with the same tag live together, whatever the tokens, and may meet in one command.
 */
import type { Random } from "../../core/random.ts";
import type { EmbeddedRedis } from "./embedded_redis.ts";

/** One command and its reply, as `show` puts it. */
export interface Expected {
  readonly args: readonly string[];
  isRight(reply: string): boolean;
  readonly wanted: string;
}

const TAGS = 4;
const KEYS = 4;
/** Commands whose reply has no order. */
const UNORDERED = new Set(["SMEMBERS", "HGETALL", "HKEYS", "SINTER", "SUNION", "SDIFF", "KEYS"]);

/** The words of a reply without an order, in one. */
export function sortedWords(reply: string): string {
  return reply.startsWith("[") ? `[${reply.slice(1, -1).split(" ").sort().join(" ")}]` : reply;
}

export class CommandSource {
  readonly #name: string;
  readonly #random: Random;
  readonly #model: EmbeddedRedis;
  #count = 0;

  /** `model` is fed with every command that is made. */
  constructor(name: string, random: Random, model: EmbeddedRedis) {
    this.#name = name;
    this.#random = random;
    this.#model = model;
  }

  next(): Expected {
    const args = this.#command();
    const [command] = args as [string];
    // What a node answers by itself is nothing for the model, an engine.
    if (command === "ECHO" || command === "PING") {
      return {
        args,
        wanted: args[1]!,
        isRight: (reply) => reply === args[1],
      };
    }
    // Racks that are written to meanwhile may differ.
    const isNumber = /^(\d+|-ERR Dynomite: Failed to achieve Quorum)$/;
    if (command === "DBSIZE") return { args, wanted: "a number", isRight: (reply) => isNumber.test(reply) };
    if (command === "SCAN") {
      return {
        args,
        wanted: "[cursor [keys]]",
        isRight: (reply) => /^\[\d+ \[.*\]\]$/.test(reply),
      };
    }
    const reply = this.#model.args(...args);
    if (!UNORDERED.has(command)) return { args, wanted: reply, isRight: (other) => other === reply };
    const wanted = sortedWords(reply);
    return { args, wanted, isRight: (other) => sortedWords(other) === wanted };
  }

  #command(): string[] {
    const { below } = this;
    const value = `${this.#name}.${this.#count++}`;
    const tag = `{${this.#name}${below(TAGS)}}`;
    const key = (type: string) => `${tag}${type}${below(KEYS)}`;
    const anywhere = (type: string) => `{${this.#name}${below(TAGS)}}${type}${below(KEYS)}`;
    const several = (type: string) => Array.from({ length: 2 + below(6) }, () => anywhere(type));
    const choices: (() => string[])[] = [
      () => ["SET", key("s"), value],
      () => ["SET", key("s"), value],
      () => ["GET", key("s")],
      () => ["GET", key("s")],
      () => ["APPEND", key("s"), value],
      () => ["GETSET", key("s"), value],
      () => ["SET", key("s"), value, "NX"],
      () => ["STRLEN", key("s")],
      () => ["INCR", key("n")],
      () => ["DECRBY", key("n"), String(below(9))],
      () => ["GET", key("n")],
      () => ["SADD", key("u"), value, String(below(9))],
      () => ["SREM", key("u"), String(below(9))],
      () => ["SMEMBERS", key("u")],
      () => ["HSET", key("h"), String(below(9)), value],
      () => ["HINCRBY", key("h"), "count", "3"],
      () => ["HDEL", key("h"), String(below(9))],
      () => ["HGETALL", key("h")],
      () => ["RPUSH", key("l"), value],
      () => ["LPOP", key("l")],
      () => ["LRANGE", key("l"), "0", "-1"],
      () => ["ZADD", key("z"), String(below(50)), value],
      () => ["ZINCRBY", key("z"), "2", "m"],
      () => ["ZRANGE", key("z"), "0", "-1"],
      () => ["LPUSH", key("s"), value],
      () => ["TYPE", key("h")],
      () => ["MSET", ...several("s").flatMap((name) => [name, value])],
      () => ["MGET", ...several("s")],
      () => ["MGET", ...several("n")],
      () => ["DEL", ...several("s")],
      () => ["UNLINK", ...several("u")],
      () => ["EXISTS", ...several("h")],
      () => ["SUNIONSTORE", key("u"), key("u"), key("u")],
      () => ["SINTER", key("u"), key("u")],
      () => ["SMOVE", key("u"), key("u"), String(below(9))],
      () => ["RPOPLPUSH", key("l"), key("l")],
      () => ["ZUNIONSTORE", key("z"), "2", key("z"), key("z")],
      () => ["KEYS", `{${this.#name}*`],
      () => ["DBSIZE"],
      () => ["SCAN", "0", "COUNT", String(1 + below(20))],
      () => ["PING", value],
      () => ["ECHO", value],
    ];
    return choices[below(choices.length)]!();
  }

  readonly below = (limit: number): number => this.#random.below(limit);
}
