/** What clients of a cluster whose nodes fail were told, held against what they and its engines see later. */
import { assert } from "@std/assert";
import type { Random } from "../../core/random.ts";
import type { Expected } from "./cluster_commands.ts";
import type { SimCluster } from "./sim_cluster.ts";

/** Any error that a node gives in place of its engine. */
export const NODE_ERROR = /^-ERR (Dynomite|Peer|Storage): \S.*/;

/** One client's registers and counters, with what was acknowledged. */
export class Ledger {
  readonly #name: string;
  /** By register: the last value sent, and the last acknowledged. */
  readonly sent = new Map<string, number>();
  readonly acknowledged = new Map<string, number>();
  readonly increments = new Map<string, number>();
  #value = 0;

  /** `errors` are those that are fine where replicas may miss writes; without, every reply is checked in full. */
  constructor(name: string, readonly errors?: RegExp) {
    this.#name = name;
  }

  next(random: Random): Expected {
    const register = `r${random.below(5)}:${this.#name}`;
    const counter = `n${random.below(3)}:${this.#name}`;
    switch (random.below(6)) {
      case 0:
      case 1: {
        const value = ++this.#value;
        this.sent.set(register, value);
        return this.#expect(["SET", register, `${register}=${value}`], "OK", (reply) => {
          if (reply !== "OK") return false;
          this.acknowledged.set(register, value);
          return true;
        });
      }
      case 2: {
        const count = (this.increments.get(counter) ?? 0) + 1;
        this.increments.set(counter, count);
        return this.#expect(["INCR", counter], String(count), (reply) => Number(reply) === count);
      }
      case 3: {
        const names = [`r0:${this.#name}`, `r1:${this.#name}`, `r2:${this.#name}`];
        const least = names.map((name) => this.acknowledged.get(name) ?? 0);
        return this.#expect(["MGET", ...names], `at least ${least}`, (reply) => {
          const values = reply.slice(1, -1).split(" ");
          return values.length === 3 && values.every((value, i) => this.isHeld(names[i]!, value, least[i]!));
        });
      }
      case 4: {
        const tag = `${this.#name}:${++this.#value}`;
        return this.#expect(["ECHO", tag], tag, (reply) => reply === tag);
      }
      default: {
        const least = this.acknowledged.get(register) ?? 0;
        return this.#expect(
          ["GET", register],
          `${register} at least ${least}`,
          (reply) => this.isHeld(register, reply, least),
        );
      }
    }
  }

  /** Is `reply` a value of this register, `least` or newer? */
  isHeld(register: string, reply: string, least: number): boolean {
    if (reply === "nil") return least === 0;
    const [name, value] = reply.split("=");
    return name === register && Number(value) >= least && Number(value) <= (this.sent.get(register) ?? 0);
  }

  #expect(args: string[], wanted: string, isRight: (reply: string) => boolean): Expected {
    return {
      args,
      wanted,
      isRight: (reply) => {
        if (this.errors === undefined) return isRight(reply);
        // Where a node may fail replicas miss writes: only that the reply is this request's can be told.
        if (this.errors.test(reply)) return true;
        isRight(reply);
        const [command, key] = args as [string, string];
        if (command === "SET") return reply === "OK";
        if (command === "INCR") return /^\d+$/.test(reply);
        if (command === "ECHO") return reply === wanted;
        return reply.split(/[[\] ]/).every((value) =>
          value === "" || value === "nil" || value.split("=")[0]!.endsWith(key.slice(2))
        );
      },
    };
  }
}

/**
 * Writes of one client reach each replica in their order: what an engine holds never gets older. Asked of nodes that do not
 * fail: what is still on its way on a link that was given up may come behind newer writes on the next link.
 */
export class Watch {
  readonly #cluster: SimCluster;
  readonly #newest = new Map<string, number>();

  constructor(cluster: SimCluster) {
    this.#cluster = cluster;
  }

  async look(node: number, registers: readonly string[]): Promise<void> {
    if (registers.length === 0) return;
    const held = (await this.#cluster.engine(node, "MGET", ...registers)).slice(1, -1).split(" ");
    for (const [i, register] of registers.entries()) {
      const value = Number(held[i]!.split("=")[1] ?? 0);
      const name = `${register} at node ${node}`;
      const newest = this.#newest.get(name) ?? 0;
      assert(value >= newest, `${name}: ${value} came after ${newest}`);
      this.#newest.set(name, value);
    }
  }
}
