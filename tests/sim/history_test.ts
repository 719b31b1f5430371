/**
 * Whole clusters, run from a seed: 2 to 9 nodes in racks of unequal size with tokens by chance, clients that pipeline at
 * several of them, a network that delays and cuts reads and writes. Without faults every reply is the model's, and so is what
 * every rack's engines hold in the end. With a minority of racks that crash, freeze, come back and lose their links, clients
 * of the others see no error at DC_QUORUM and lose nothing that was acknowledged. Always: one reply to each request, in
 * order, in time; and no timer or byte of the memory budget is left behind.
 *
 * `DYNOMITE_SIM_SEEDS=200` runs that many seeds; a failure names its own in the test's name.
 */
import { assert, assertEquals } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { type Random, SeededRandom } from "../../core/random.ts";
import { CommandSource, type Expected } from "../support/cluster_commands.ts";
import { contentsOf, sortedContents } from "../support/contents.ts";
import { EmbeddedRedis } from "../support/embedded_redis.ts";
import { type Place, show, type SimClient, SimCluster } from "../support/sim_cluster.ts";

const seeds = Array.from({ length: Number(Deno.env.get("DYNOMITE_SIM_SEEDS") ?? 6) }, (_, seed) => seed + 1);
const levels = [Consistency.One, Consistency.Quorum, Consistency.SafeQuorum, Consistency.EachSafeQuorum];
const TIMEOUT_MS = 1_000;
/** What a reply may take longer than the timeout: the way to a peer and back, the pace of the sweeps. */
const ALLOWANCE_MS = 400;

/** Racks of one datacenter with `nodes` nodes each, tokens by chance. */
function datacenter(name: string, nodes: readonly number[], random: Random): Place[] {
  return nodes.flatMap((count, rack) =>
    Array.from({ length: count }, () => ({
      datacenter: name,
      rack: `r${rack}`,
      tokens: Array.from({ length: 1 + random.below(4) }, () => random.below(2 ** 32)),
    }))
  );
}

/** A cluster of 2 to 9 nodes. */
function somePlaces(random: Random): Place[] {
  const shape = Array.from({ length: 1 + random.below(5) }, () => 1);
  const other = Array.from({ length: random.below(2) * (1 + random.below(2)) }, () => 1);
  for (let left = random.below(10 - shape.length - other.length); left > 0; left--) {
    const at = random.below(shape.length + other.length);
    if (at < shape.length) shape[at]!++;
    else other[at - shape.length]!++;
  }
  if (shape.length + other.length === 1 && shape[0] === 1) shape[0] = 2;
  return [...datacenter("dc1", shape, random), ...datacenter("dc2", other, random)];
}

/** A client, what it waits for, and what it has sent. */
class Worker {
  readonly waiting: { readonly expected: Expected; readonly sentAt: number }[] = [];
  answered = 0;
  slowestMs = 0;

  constructor(readonly node: number, readonly client: SimClient, readonly clock: { now(): number }) {}

  send(batch: readonly Expected[]): void {
    this.client.send(batch.map(({ args }) => args));
    for (const expected of batch) this.waiting.push({ expected, sentAt: this.clock.now() });
  }

  /** Checks what has come. */
  take(): void {
    for (const reply of this.client.arrived.splice(0)) {
      const arrivedAt = this.client.arrivedAt.shift()!;
      const asked = this.waiting.shift();
      const text = show(reply);
      if (asked === undefined) throw new Error(`node ${this.node}: a reply too many: ${text}`);
      const { expected: { args, wanted, isRight }, sentAt } = asked;
      this.slowestMs = Math.max(this.slowestMs, arrivedAt - sentAt);
      this.answered++;
      if (!isRight(text)) {
        throw new Error(`node ${this.node}, reply ${this.answered}: ${args.join(" ")} -> ${text}, not ${wanted}`);
      }
    }
  }
}

/** Everything stops, and nothing is left. */
async function stopAll(cluster: SimCluster): Promise<void> {
  await cluster[Symbol.asyncDispose]();
  // What was on its way arrives.
  await cluster.clock.run(100);
  for (const { node } of cluster.started) {
    assertEquals(node.parts.pressure.usedBytes, 0, "bytes of the budget are still held");
    assertEquals(node.parts.pressure.congested, false);
    assertEquals(node.stats.client_connections, 0);
  }
  assertEquals(cluster.clock.timerCount, 0, "a timer is left");
}

for (const seed of seeds) {
  Deno.test(`A cluster without faults answers as one engine would, and every rack holds the same: seed ${seed}`, async () => {
    const random = new SeededRandom(seed);
    const places = somePlaces(random);
    const level = levels[random.below(levels.length)]!;
    const conf = {
      readConsistency: level,
      writeConsistency: level,
      hashTag: "{}",
      localPeerConnections: 1 + random.below(3),
    };
    const cluster = await SimCluster.start(places, {
      seed,
      conf,
      delayMs: random.below(4),
      jitterMs: random.below(20),
    });
    using model = new EmbeddedRedis();
    const workers: Worker[] = [];
    const sources: CommandSource[] = [];
    for (let i = 0; i < 4; i++) {
      const node = random.below(places.length);
      workers.push(new Worker(node, await cluster.connect(node), cluster.clock));
      sources.push(new CommandSource(`c${i}`, random, model));
    }
    if (random.below(2) === 0) await workers[0]!.client.pipeline([["HELLO", "3"]]);
    for (let step = 0; step < 40; step++) {
      const at = random.below(workers.length);
      workers[at]!.send(Array.from({ length: 1 + random.below(20) }, () => sources[at]!.next()));
      await cluster.clock.run(random.below(30));
      for (const worker of workers) worker.take();
    }
    await cluster.clock.until(() => {
      for (const worker of workers) worker.take();
      return workers.every(({ waiting }) => waiting.length === 0);
    }, TIMEOUT_MS);
    await cluster.clock.run(500);
    const wanted = await contentsOf((...args) => Promise.resolve(model.args(...args)));
    const racks = new Map<string, Map<string, string>>();
    for (const [node, { datacenter, rack }] of places.entries()) {
      const name = `${datacenter}/${rack}`;
      const held = racks.get(name) ?? new Map<string, string>();
      racks.set(name, held);
      for (const [key, value] of await contentsOf((...args) => cluster.engine(node, ...args))) {
        assert(!held.has(key), `${key} is at two nodes of ${name}`);
        held.set(key, value);
      }
    }
    for (const [name, held] of racks) assertEquals(sortedContents(held), sortedContents(wanted), name);
    for (const { client } of workers) client.close();
    await stopAll(cluster);
  });
}

/** What befalls the nodes that may fail. */
class Faults {
  readonly #cluster: SimCluster;
  readonly #nodes: readonly number[];
  readonly #random: Random;
  readonly state = new Map<number, "crashed" | "frozen">();
  readonly #cuts: [number, number][] = [];

  constructor(cluster: SimCluster, nodes: readonly number[], random: Random) {
    this.#cluster = cluster;
    this.#nodes = nodes;
    this.#random = random;
  }

  async strike(): Promise<void> {
    const cluster = this.#cluster;
    const node = this.#nodes[this.#random.below(this.#nodes.length)]!;
    const state = this.state.get(node);
    if (state === "crashed") await this.#restart(node);
    else if (state === "frozen") this.#thaw(node);
    else {
      switch (this.#random.below(4)) {
        case 0:
          // A machine that is off is cut from nobody.
          this.#healAll((cut) => cut.includes(node));
          this.state.set(node, "crashed");
          await cluster.crash(node);
          break;
        case 1:
          this.state.set(node, "frozen");
          cluster.nodes[node]!.host.freeze();
          break;
        case 2: {
          const other = this.#random.below(cluster.nodes.length);
          if (other === node || this.state.get(other) === "crashed") return;
          cluster.cut(node, other);
          this.#cuts.push([node, other]);
          break;
        }
        default:
          this.#healAll(() => true);
      }
    }
  }

  /** All is well again. */
  async end(): Promise<void> {
    this.#healAll(() => true);
    for (const [node, state] of [...this.state]) {
      if (state === "crashed") await this.#restart(node);
      else this.#thaw(node);
    }
  }

  #healAll(which: (cut: readonly number[]) => boolean): void {
    for (let i = this.#cuts.length - 1; i >= 0; i--) {
      if (!which(this.#cuts[i]!)) continue;
      const [[a, b]] = this.#cuts.splice(i, 1) as [[number, number]];
      this.#cluster.heal(a, b);
    }
  }
  async #restart(node: number): Promise<void> {
    this.state.delete(node);
    await this.#cluster.restart(node);
  }
  #thaw(node: number): void {
    this.state.delete(node);
    this.#cluster.nodes[node]!.host.thaw();
  }
}

const NODE_ERROR = /^-ERR (Dynomite|Peer|Storage): \S.*/;

/** One client's registers and counters, with what was acknowledged. */
class Ledger {
  readonly #name: string;
  /** By register: the last value sent, and the last acknowledged. */
  readonly sent = new Map<string, number>();
  readonly acknowledged = new Map<string, number>();
  readonly increments = new Map<string, number>();
  #value = 0;

  /** `errorsAreFine`: its node may fail. */
  constructor(name: string, readonly errorsAreFine: boolean) {
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
        if (!this.errorsAreFine) return isRight(reply);
        // Where a node may fail replicas miss writes: only that the reply is this request's can be told.
        if (NODE_ERROR.test(reply)) return true;
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

for (const seed of seeds) {
  Deno.test(`A cluster whose minority fails again and again loses nothing at DC_QUORUM: seed ${seed}`, async () => {
    const random = new SeededRandom(seed * 7919);
    const rackCount = random.below(2) === 0 ? 3 : 5;
    const nodes = Array.from({ length: rackCount }, () => 1 + random.below(rackCount === 3 ? 2 : 1));
    const places = [
      ...datacenter("dc1", nodes, random),
      ...datacenter("dc2", random.below(2) === 0 ? [] : [1, 1], random),
    ];
    const conf = {
      readConsistency: Consistency.Quorum,
      writeConsistency: Consistency.Quorum,
      timeoutMs: TIMEOUT_MS,
      autoEjectHosts: random.below(3) > 0,
    };
    const cluster = await SimCluster.start(places, {
      seed,
      conf,
      delayMs: random.below(3),
      jitterMs: random.below(10),
    });
    // Every rack has a node, and a minority of them may fail: racks of dc1 from the last on, and all of dc2.
    const failing = [...places.keys()].filter((node) => {
      const { datacenter, rack } = places[node]!;
      return datacenter === "dc2" || Number(rack.slice(1)) >= (rackCount + 1) / 2;
    });
    const healthy = [...places.keys()].filter((node) => !failing.includes(node));
    const faults = new Faults(cluster, failing, random);
    const workers: { worker: Worker; ledger: Ledger }[] = [];
    const join = async (node: number, name: string) => {
      const worker = new Worker(node, await cluster.connect(node), cluster.clock);
      workers.push({ worker, ledger: new Ledger(name, failing.includes(node)) });
    };
    for (let i = 0; i < 3; i++) await join(healthy[random.below(healthy.length)]!, `c${i}`);
    for (let i = 0; i < 2; i++) await join(failing[random.below(failing.length)]!, `f${i}`);
    for (let step = 0; step < 60; step++) {
      for (const { worker, ledger } of workers) {
        if (random.below(2) === 0 || worker.waiting.length > 200) continue;
        worker.send(Array.from({ length: 1 + random.below(12) }, () => ledger.next(random)));
      }
      await cluster.clock.run(random.below(random.below(4) === 0 ? 3_000 : 150));
      for (const { worker } of workers) worker.take();
      if (random.below(3) === 0) await faults.strike();
    }
    await faults.end();
    const steady = workers.filter(({ ledger }) => !ledger.errorsAreFine);
    await cluster.clock.until(() => {
      for (const { worker } of workers) worker.take();
      return steady.every(({ worker }) => worker.waiting.length === 0);
    });
    for (const { worker } of steady) {
      assert(worker.slowestMs <= TIMEOUT_MS + ALLOWANCE_MS, `a reply took ${worker.slowestMs} ms`);
    }
    // Everybody is used again without help.
    await cluster.clock.until(
      () => cluster.nodes.every(({ running }) => running.node.peers.list().every((peer) => peer.up)),
      20_000,
    );
    await cluster.clock.run(TIMEOUT_MS);
    for (const { ledger } of steady) {
      for (const [register, least] of ledger.acknowledged) {
        const value = await cluster.call(healthy[random.below(healthy.length)]!, "GET", register);
        assert(ledger.isHeld(register, value, least), `${register}: ${value}, and ${least} was acknowledged`);
      }
    }
    for (const { ledger } of workers) {
      for (const [counter, count] of ledger.increments) {
        const held = (await cluster.engines("GET", counter)).filter((value) => value !== "nil").map(Number);
        assert(held.every((value) => value <= count), `${counter}: ${held}, and INCR was sent ${count} times`);
        if (ledger.errorsAreFine) continue;
        const agreed = held.filter((value) => value === count).length;
        assert(agreed >= (rackCount + 1) / 2, `${counter}: ${held}, and INCR was acknowledged ${count} times`);
      }
    }
    for (const { worker } of workers) worker.client.close();
    await stopAll(cluster);
  });
}
