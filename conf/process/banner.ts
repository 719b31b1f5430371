/** What a start prints for the person in front of it: where the node listens, and how to connect. */
import type { Address } from "../../core/transport.ts";
import type { Conf } from "../schema.ts";

/** Addresses as they were bound. */
export interface BoundAddresses {
  readonly listen: string;
  readonly dynListen: string | undefined;
  readonly stats: string;
}

/** A few lines, each with its line break. `source` is where the configuration came from. */
export function describeStart(version: string, source: string, conf: Conf, bound: BoundAddresses): string {
  const lines = [
    `dynomite ${version} is ready, configured by ${source}`,
    `  clients  ${bound.listen}    try: ${connectCommand(conf)}`,
  ];
  if (bound.dynListen !== undefined) {
    lines.push(`  peers    ${bound.dynListen}`);
  }
  if (bound.stats !== "") lines.push(`  stats    http://${bound.stats}/info`);
  lines.push(`  data     ${describeStore(conf)}`, "");
  return lines.join("\n");
}

function describeStore(conf: Conf): string {
  const { server } = conf;
  if (server.kind !== "embedded") return `${conf.dataStore} at ${server.name}`;
  return server.path === undefined ? "embedded engine, in memory" : `embedded engine, in ${server.path}`;
}

/** A command that reaches the client port from this machine. */
function connectCommand(conf: Conf): string {
  const { listen, dataStore } = conf;
  if (dataStore === "memcached") {
    return listen.kind === "unix" ? `nc -U ${listen.path}` : `nc ${hostOf(listen)} ${listen.port}`;
  }
  if (listen.kind === "unix") return `redis-cli -s ${listen.path}`;
  const host = hostOf(listen);
  return host === "127.0.0.1" ? `redis-cli -p ${listen.port}` : `redis-cli -h ${host} -p ${listen.port}`;
}

function hostOf(address: Extract<Address, { kind: "tcp" }>): string {
  if (address.host === "0.0.0.0") return "127.0.0.1";
  return address.host === "::" ? "::1" : address.host;
}
