/**
 * The commands for operators beside running a node: `dynomite NAME ...`. What they are called and for, for `--help` and the
 * README; how each is run stands in mod.ts.
 */
export interface CommandSummary {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly doc: string;
}

export const commands = [
  {
    name: "top",
    usage: "[host:port] [--interval=seconds] [--once]",
    doc: "a live table of a cluster: throughput, latency, errors, queues, memory, and the peers with their states",
  },
  {
    name: "describe",
    usage: "[host:port] [--key=key] [--json]",
    doc: "the ring: datacenters, racks, nodes with tokens, shares and states; or which nodes hold a key",
  },
  {
    name: "healthcheck",
    usage: "[host:port] [--live]",
    doc: "ends with 0 when a node is ready for clients, else with 1 and the reason",
  },
] as const satisfies readonly CommandSummary[];

export type CommandName = typeof commands[number]["name"];
