/**
 * Nodes from DNS.
 *
 * TXT records hold the list itself. All records count, in any order, and all character-strings of each: a list of more than
 * 255 bytes is cut into several strings at any place, so these are put together again, unless each of them is whole by itself.
 *
 * A and AAAA records hold bare addresses, as a headless service of Kubernetes has them: nothing says a rack or a token. So all
 * nodes there are equal: each is a rack of its own in this node's datacenter, named after its address, with this node's port and
 * tokens, and holds everything. The rule needs no agreement between the nodes, and no address that comes or goes gives a key
 * that another node has a new owner. Where nodes gossip they tell their racks and tokens themselves: then an address is a
 * contact and nothing else.
 */
import type { NodeDescription } from "../../core/ring/topology.ts";
import type { IsOwnAddress } from "./own_address.ts";
import type { SeedsProvider } from "./provider.ts";
import { isWhole, type ParseRecord, parseRecords } from "./records.ts";
import type { NameServer, Resolver } from "./resolver.ts";
import { badVariable, readPort, type ReadVariable } from "./variables.ts";

/** C Dynomite's. */
const DEFAULT_NAME = "_dynomite.ec2-internal";

export interface DnsSettings {
  readonly name: string;
  readonly type: "TXT" | "A" | "AAAA";
  /** Undefined: the system's. */
  readonly nameServer: NameServer | undefined;
}

/** What the environment says. Throws when it cannot be used. */
export function readDnsSettings(read: ReadVariable): DnsSettings {
  const type = read("DYNOMITE_DNS_TYPE") ?? "TXT";
  if (type !== "TXT" && type !== "A" && type !== "AAAA") {
    throw badVariable("DYNOMITE_DNS_TYPE", type, "is not known; accepted is one of TXT, A, AAAA");
  }
  const server = read("DYNOMITE_DNS_SERVER");
  return {
    name: read("DYNOMITE_DNS_NAME") ?? DEFAULT_NAME,
    type,
    nameServer: server === undefined ? undefined : parseNameServer(server),
  };
}

function parseNameServer(written: string): NameServer {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9]+\.[0-9.]+))(?::(.*))?$/.exec(written) ??
    /^([0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*)$/.exec(written);
  if (match === null) {
    throw badVariable(
      "DYNOMITE_DNS_SERVER",
      written,
      "is no address; accepted is 10.0.0.2, 10.0.0.2:53 or [fd00::2]:53",
    );
  }
  return { ipAddr: match[1] ?? match[2]!, port: readPort("DYNOMITE_DNS_SERVER", match[3] ?? "53") };
}

/** What addresses alone do not tell. */
export interface DnsSurroundings {
  readonly self: NodeDescription;
  readonly isOwn: IsOwnAddress;
  /** Nodes tell their places themselves. */
  readonly gossips: boolean;
}

export class DnsProvider implements SeedsProvider {
  readonly name: string;
  readonly #settings: DnsSettings;
  readonly #resolver: Resolver;
  readonly #parse: ParseRecord;
  readonly #around: DnsSurroundings;

  constructor(
    settings: DnsSettings,
    resolver: Resolver,
    parse: ParseRecord,
    around: DnsSurroundings,
  ) {
    this.name = `dns_provider ${settings.type} ${settings.name}`;
    this.#settings = settings;
    this.#resolver = resolver;
    this.#parse = parse;
    this.#around = around;
  }

  async ask(signal: AbortSignal): Promise<readonly NodeDescription[]> {
    const { name, type } = this.#settings;
    if (type === "TXT") return parseRecords(this.#join(await this.#resolver.txt(name, signal)), this.#parse);
    const addresses = await this.#resolver.addresses(name, type, signal);
    if (addresses.length === 0) throw new Error("the answer names no node");
    const { self, isOwn } = this.#around;
    return addresses.filter((address) => !isOwn(address, self.port)).map((address) => this.#nodeAt(address));
  }

  #join(records: readonly (readonly string[])[]): string {
    return records.map((strings) => {
      const each = strings.every((text) => isWhole(text, this.#parse));
      return strings.join(each ? "|" : "");
    }).join("|");
  }

  #nodeAt(address: string): NodeDescription {
    const { self, gossips } = this.#around;
    const { port, datacenter } = self;
    const tokens = gossips ? [] : self.tokens;
    // A colon parts fields wherever racks are written.
    return { name: address, host: address, port, datacenter, rack: address.replaceAll(":", "-"), tokens };
  }
}
