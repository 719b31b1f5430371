/** Which node a command asks: an address and a token, given or read from the node's own configuration. */
import { loadConf, loadUsualConf } from "../load.ts";
import type { CommonArguments, TcpAddress } from "./arguments.ts";
import { AdminClient } from "./admin_client.ts";

/** The environment variable that holds the token. */
export const tokenVariable = "DYNOMITE_ADMIN_TOKEN";

const TIMEOUT_MS = 2_000;

/**
 * The client for the node that is asked. Without an address and without `-c` the configuration is the one a node would find
 * here. `variable` is the token of the environment, if any.
 *
 * @throws {ConfError} when the configuration has to be read and cannot.
 */
export async function openTarget(given: CommonArguments, variable: string | undefined): Promise<AdminClient> {
  const { address, confFile, token, timeoutMs = TIMEOUT_MS } = given;
  if (address !== undefined && confFile === undefined) {
    return new AdminClient(address, { token: token ?? variable, timeoutMs });
  }
  const { conf } = confFile === undefined ? await loadUsualConf() : await loadConf(confFile);
  const own = reachable(conf.statsListen as TcpAddress);
  return new AdminClient(address ?? own, { token: token ?? variable ?? conf.adminToken, timeoutMs });
}

/** Where a listener on every interface is reached from its own machine. */
export function reachable(address: TcpAddress): TcpAddress {
  if (address.host === "0.0.0.0") return { ...address, host: "127.0.0.1" };
  return address.host === "::" ? { ...address, host: "::1" } : address;
}
