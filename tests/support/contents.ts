/** All that one engine holds, to be compared with another's. */
import { sortedWords } from "./cluster_commands.ts";

const readers: Readonly<Record<string, (key: string) => string[]>> = {
  string: (key) => ["GET", key],
  list: (key) => ["LRANGE", key, "0", "-1"],
  set: (key) => ["SMEMBERS", key],
  hash: (key) => ["HGETALL", key],
  zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
};

/** Each key with its type and value. `ask` is one command at the engine, its reply as `show` puts it. */
export async function contentsOf(ask: (...args: string[]) => Promise<string>): Promise<Map<string, string>> {
  const held = new Map<string, string>();
  for (const key of (await ask("KEYS", "*")).slice(1, -1).split(" ").filter(Boolean)) {
    const type = await ask("TYPE", key);
    const value = await ask(...readers[type]!(key));
    held.set(key, `${type} ${type === "set" || type === "hash" ? sortedWords(value) : value}`);
  }
  return held;
}

/** In an order of its own. */
export function sortedContents(held: ReadonlyMap<string, string>): [string, string][] {
  return [...held].sort(([a], [b]) => a < b ? -1 : 1);
}
