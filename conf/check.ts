/**
 * The relations between configuration values: what each value cannot know alone. Every rule says why it is there. A rule
 * whose values were refused already is silent, so that one mistake makes one fault.
 */
import { Consistency } from "../core/consistency.ts";
import type { ConfFault } from "../core/errors.ts";
import { type Address, formatAddress } from "../core/transport.ts";
import type { Places, Values } from "./parse.ts";
import { type ConfField, options } from "./schema.ts";
import { describeNotYet } from "./not_yet.ts";
import { AUTOMATIC, formatBytes, type SeedAddress } from "./value_kinds.ts";

/** What the rules found. `dynSeeds` are the seeds that mean other nodes, each once. */
export interface Relations {
  readonly faults: readonly ConfFault[];
  readonly notices: readonly ConfFault[];
  readonly dynSeeds: readonly SeedAddress[];
}

/** Checks what was read. `places` says where each written value stands. */
export function checkConf(values: Values, places: Places): Relations {
  const check = new Check(values, places);
  check.addresses();
  check.dataStore();
  check.access();
  check.bounds();
  check.peers();
  check.seedFile();
  check.gossip();
  check.consistency();
  const dynSeeds = check.seeds();
  check.notYet(dynSeeds);
  return { faults: check.faults, notices: check.notices, dynSeeds };
}

class Check {
  readonly faults: ConfFault[] = [];
  readonly notices: ConfFault[] = [];
  readonly #values: Values;
  readonly #places: Places;

  constructor(values: Values, places: Places) {
    this.#values = values;
    this.#places = places;
  }

  #finding(field: ConfField, problem: string, item = 0): ConfFault {
    const place = this.#places.get(field);
    const option = options[field];
    const value = "secret" in option ? "" : place?.items[item]?.text ?? "";
    return { line: place?.items[item]?.line ?? place?.line ?? 0, key: option.key, value, problem };
  }
  #fault(field: ConfField, problem: string, item = 0): void {
    this.faults.push(this.#finding(field, problem, item));
  }
  #notice(field: ConfField, problem: string, item = 0): void {
    this.notices.push(this.#finding(field, problem, item));
  }

  /** Two listeners on one port would fail at the start, one of them by chance. */
  addresses(): void {
    const { listen, dynListen, statsListen, server } = this.#values;
    const listeners = [["listen", listen], ["dynListen", dynListen], ["statsListen", statsListen]] as const;
    for (const [index, [field, address]] of listeners.entries()) {
      for (const [earlierField, earlier] of listeners.slice(0, index)) {
        if (!address || !earlier || !overlap(address, earlier)) continue;
        const other = `${options[earlierField].key} (${formatAddress(earlier)})`;
        this.#fault(field, `overlaps ${other}; accepted is an address of its own`);
      }
      // A node that is its own datastore would send each request around for ever.
      if (address && server && server.kind !== "embedded" && reaches(server, address)) {
        this.#fault("server", `is this node's own ${options[field].key}; accepted is the address of a server`);
      }
    }
  }

  /** Settings of one kind of store are mistakes with another. */
  dataStore(): void {
    const { server, dataStore } = this.#values;
    if (!server || !dataStore) return;
    const onlyRedis = ["datastoreUser", "datastorePassword", "datastoreDatabase"] as const;
    for (const field of onlyRedis) {
      // Database 0 is what there is without asking for one.
      if (!this.#values[field]) continue;
      if (server.kind === "embedded") {
        this.#fault(field, "is for a Redis server, and servers is the embedded engine; accepted is to leave it out");
      } else if (dataStore === "memcached") {
        this.#fault(field, "is for a Redis server, and data_store is memcached; accepted is to leave it out");
      }
    }
    if (this.#values.datastoreUser !== undefined && this.#values.datastorePassword === undefined) {
      this.#fault("datastoreUser", "has no datastore_password; accepted are both, the password alone, or neither");
    }
    const hasPeers = (this.#values.dynSeeds?.length ?? 0) > 0 || this.#asksProvider();
    if (server.kind === "embedded") {
      const forServers = ["datastoreConnections", "preconnect", "serverRetryTimeoutMs"] as const;
      const forPeersToo = hasPeers ? [] : ["autoEjectHosts", "serverFailureLimit", "maxLinkPending"] as const;
      for (const field of [...forServers, ...forPeersToo]) {
        if (!this.#places.has(field)) continue;
        this.#notice(field, "has no effect: it is for links to a server or a peer, and servers is the embedded engine");
      }
    }
    if (this.#places.has("serverFailureLimit") && this.#values.autoEjectHosts === false) {
      this.#notice("serverFailureLimit", "has no effect: auto_eject_hosts is false");
    }
    if (this.#places.has("dataStoreSync") && (server.kind !== "embedded" || server.path === undefined)) {
      this.#notice("dataStoreSync", "has no effect: it is for the embedded engine with a file (embedded:/path/to.db)");
    }
  }

  /** The classic Memcached protocol has no way to give a password: every client would be locked out. */
  access(): void {
    if (this.#values.requirepass !== undefined && this.#values.dataStore === "memcached") {
      this.#fault("requirepass", "is set, but Memcached clients cannot give a password; accepted is data_store: 0");
    }
  }

  /** A request must fit into the memory of all. */
  bounds(): void {
    const { maxRequestBytes, bufferBudgetBytes } = this.#values;
    if (maxRequestBytes === undefined || bufferBudgetBytes === undefined) return;
    if (bufferBudgetBytes === AUTOMATIC || bufferBudgetBytes >= maxRequestBytes) return;
    const field = this.#places.has("bufferBudgetBytes") ? "bufferBudgetBytes" : "maxRequestBytes";
    const problem = field === "bufferBudgetBytes"
      ? `is less than max_request_bytes; accepted is ${formatBytes(maxRequestBytes)} or more`
      : `is more than buffer_budget; accepted is ${formatBytes(bufferBudgetBytes)} or less, or a larger buffer_budget`;
    this.#fault(field, problem);
  }

  peers(): void {
    const { dynListen, dynSeeds, enableGossip, secureServerOption } = this.#values;
    if (secureServerOption !== undefined && secureServerOption !== "none") {
      this.#fault("secureServerOption", "asks for encrypted links, which are not there yet; accepted is none");
    }
    const hasPeers = (dynSeeds?.length ?? 0) > 0 || enableGossip === true || this.#asksProvider();
    if (!hasPeers) return;
    // The values may be missing because they were refused: then their own faults have been noted.
    if ("dynListen" in this.#values && dynListen === undefined) {
      this.#missing("dynListen", "the other nodes must be able to connect to this one");
    }
    if ("tokens" in this.#values && !this.#places.has("tokens")) {
      this.#missing("tokens", "a node with peers needs a place on the ring");
    }
  }
  #asksProvider(): boolean {
    const { dynSeedProvider } = this.#values;
    return dynSeedProvider !== undefined && dynSeedProvider !== "simple_provider";
  }
  #missing(field: "dynListen" | "tokens", why: string): void {
    const { key, kind } = options[field];
    this.faults.push({ line: 0, key, value: "", problem: `is missing: ${why}; accepted is ${kind.accepted}` });
  }

  /** The provider and its file need each other. */
  seedFile(): void {
    const { dynSeedProvider, dynSeedFile } = this.#values;
    if (dynSeedProvider === undefined || !("dynSeedFile" in this.#values)) return;
    if (dynSeedProvider === "file_provider" && dynSeedFile === undefined) {
      this.#fault("dynSeedProvider", "has no dyn_seed_file; accepted is the path of a file there");
    } else if (dynSeedProvider !== "file_provider" && dynSeedFile !== undefined) {
      this.#notice("dynSeedFile", "has no effect: dyn_seed_provider is not file_provider");
    }
  }

  /** Options of gossip are for nothing without it. */
  gossip(): void {
    if (this.#values.enableGossip !== false) return;
    const forProvidersToo = this.#asksProvider() ? [] : ["gossipIntervalMs", "env"] as const;
    for (const field of [...forProvidersToo, "phiThreshold", "forgetAfterMs"] as const) {
      if (this.#places.has(field)) this.#notice(field, "has no effect: enable_gossip is false");
    }
  }

  /** With one copy asked or written there is nothing to compare. */
  consistency(): void {
    const { readRepairsEnabled, readConsistency, writeConsistency } = this.#values;
    if (readRepairsEnabled !== true) return;
    if (readConsistency === Consistency.One || writeConsistency === Consistency.One) {
      this.#notice(
        "readRepairsEnabled",
        "has no effect: read_consistency and write_consistency must both be above dc_one",
      );
    }
  }

  /** What is read, and not done yet. */
  notYet(dynSeeds: readonly SeedAddress[]): void {
    const rows = describeNotYet({ ...this.#values, dynSeeds }, (field) => this.#places.has(field));
    // About the whole option, so the line is that of its key.
    for (const { field, notice } of rows) this.#notice(field, notice, -1);
  }

  /** Seeds without this node itself and without repetitions; two nodes of a rack may not share a token. */
  seeds(): readonly SeedAddress[] {
    const { dynSeeds = [] } = this.#values;
    const kept: SeedAddress[] = [];
    for (const [index, seed] of dynSeeds.entries()) {
      if (this.#isSelf(seed)) {
        // One list for all nodes is good practice; a list that puts this node elsewhere would part the ring in two.
        if (!this.#isOurPlace(seed)) {
          const problem = "is this node, but not with its rack, datacenter and tokens; accepted is the same";
          this.#fault("dynSeeds", problem, index);
        }
        continue;
      }
      const same = kept.find((other) => other.host === seed.host && other.port === seed.port);
      if (same && samePlace(same, seed)) {
        this.#notice("dynSeeds", `is there twice: left out (${at(seed)})`, index);
        continue;
      }
      if (same) {
        this.#fault(
          "dynSeeds",
          "gives a second place to a node that has one above; accepted is one line per node",
          index,
        );
      } else {
        this.#checkTokens(seed, kept, index);
      }
      kept.push(seed);
    }
    return kept;
  }

  #checkTokens(seed: SeedAddress, others: readonly SeedAddress[], index: number): void {
    const { rack, datacenter, tokens = [] } = this.#values;
    const isOurRack = seed.rack === rack && seed.datacenter === datacenter;
    const ours = isOurRack ? seed.tokens.find((token) => tokens.includes(token)) : undefined;
    if (ours !== undefined) {
      return this.#fault("dynSeeds", `has token ${ours} of this node, in the same rack; each is accepted once`, index);
    }
    for (const other of others) {
      if (other.rack !== seed.rack || other.datacenter !== seed.datacenter) continue;
      const shared = seed.tokens.find((token) => other.tokens.includes(token));
      if (shared === undefined) continue;
      return this.#fault(
        "dynSeeds",
        `has token ${shared} of ${at(other)}, in the same rack; each is accepted once`,
        index,
      );
    }
  }

  /**
   * Does the line mean this node? By its address, or, when we listen on every interface and cannot know our own address,
   * by its port and its whole place in the ring.
   */
  #isSelf(seed: SeedAddress): boolean {
    const { dynListen } = this.#values;
    if (dynListen?.kind !== "tcp" || dynListen.port !== seed.port) return false;
    return dynListen.host === seed.host || (isEveryInterface(dynListen.host) && this.#isOurPlace(seed));
  }
  #isOurPlace(seed: SeedAddress): boolean {
    const { rack, datacenter, tokens = [] } = this.#values;
    return seed.rack === rack && seed.datacenter === datacenter && sameTokens(seed.tokens, tokens);
  }
}

function at(seed: SeedAddress): string {
  return formatAddress({ kind: "tcp", host: seed.host, port: seed.port });
}

function samePlace(one: SeedAddress, other: SeedAddress): boolean {
  return one.rack === other.rack && one.datacenter === other.datacenter && sameTokens(one.tokens, other.tokens);
}

function sameTokens(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((token) => others.includes(token));
}

function isEveryInterface(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** This machine's usual name and its usual address are the same place. */
function plainHost(host: string): string {
  return host.toLowerCase() === "localhost" ? "127.0.0.1" : host.toLowerCase();
}

/** Would both want the same socket? */
function overlap(one: Address, other: Address): boolean {
  if (one.kind === "unix" || other.kind === "unix") {
    return one.kind === "unix" && other.kind === "unix" && one.path === other.path;
  }
  if (one.port !== other.port) return false;
  return plainHost(one.host) === plainHost(other.host) || isEveryInterface(one.host) || isEveryInterface(other.host);
}

/** Does connecting to `target` end at our own `listener`? Only this machine's names are certain for a wildcard listener. */
function reaches(target: Address, listener: Address): boolean {
  if (!overlap(target, listener)) return false;
  if (target.kind === "unix" || listener.kind === "unix" || plainHost(target.host) === plainHost(listener.host)) {
    return true;
  }
  return isEveryInterface(target.host) || /^(?:127\.[0-9.]+|localhost|::1)$/.test(target.host);
}
