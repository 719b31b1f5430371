/** Seeds: the providers by their names in the configuration, and the poller that asks one of them. */
import type { NodeDescription } from "../../core/ring/topology.ts";
import { DnsProvider, readDnsSettings } from "./dns_provider.ts";
import { FileProvider } from "./file_provider.ts";
import { FloridaProvider } from "./florida_provider.ts";
import { interfaceAddresses, namesFromEnvironment, ownAddresses } from "./own_address.ts";
import type { SeedsProvider } from "./provider.ts";
import type { ParseRecord } from "./records.ts";
import { DenoResolver } from "./resolver.ts";
import { SeedsPoller, type SeedsPollerParts } from "./seeds_poller.ts";
import { readEnvironment, type ReadVariable } from "./variables.ts";

export { SeedsPoller } from "./seeds_poller.ts";
export type { SeedsProvider } from "./provider.ts";
export { readEnvironment, seedVariables } from "./variables.ts";
export { namesFromEnvironment } from "./own_address.ts";

/** What the configuration says of seeds. */
export interface SeedsSettings {
  readonly provider: "simple_provider" | "florida_provider" | "dns_provider" | "file_provider";
  /** The path for file_provider. */
  readonly file: string | undefined;
  /** `env`: whose environment variables name this host. */
  readonly environment: string;
  readonly self: NodeDescription;
  /** `dyn_seeds`. */
  readonly fixed: readonly NodeDescription[];
  readonly intervalMs: number;
  readonly parse: ParseRecord;
  /** `enable_gossip`. */
  readonly gossips: boolean;
}

/** One question, so also what the start may wait for it. */
const TIMEOUT_MS = 5_000;

/**
 * The poller, not started yet; undefined where `dyn_seeds` is all there is. `own` takes the place of the configured provider.
 * Throws when an environment variable cannot be used or may not be read.
 */
export function openSeeds(
  settings: SeedsSettings,
  parts: SeedsPollerParts,
  own?: SeedsProvider,
  read: ReadVariable = readEnvironment,
): SeedsPoller | undefined {
  const { self, fixed, intervalMs, environment } = settings;
  if (own === undefined && settings.provider === "simple_provider") return undefined;
  const names = own === undefined ? namesFromEnvironment(environment, read) : [];
  const isOwn = ownAddresses(self, names, interfaceAddresses);
  const provider = own ?? openProvider(settings, isOwn, read);
  return new SeedsPoller({ provider, around: { self, isOwn, fixed }, intervalMs, timeoutMs: TIMEOUT_MS }, parts);
}

function openProvider(
  { provider, file, self, parse, gossips }: SeedsSettings,
  isOwn: (host: string, port: number) => boolean,
  read: ReadVariable,
): SeedsProvider {
  switch (provider) {
    case "florida_provider":
      return new FloridaProvider(read, parse);
    case "dns_provider": {
      const settings = readDnsSettings(read);
      return new DnsProvider(settings, new DenoResolver(settings.nameServer), parse, { self, isOwn, gossips });
    }
    case "file_provider":
      return new FileProvider(file ?? "", parse);
    case "simple_provider":
      throw new TypeError("simple_provider asks nobody");
  }
}
