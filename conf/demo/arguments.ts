/** The command line of the demo: `[description] [--port N]`. */
import { clusterDescription, type DatacenterSize } from "../cluster/description.ts";
import { FlagError } from "../flags.ts";
import { type Kind, Problem, wholeNumber } from "../value_kinds.ts";

export interface DemoArguments {
  readonly help: boolean;
  readonly datacenters: readonly DatacenterSize[];
  /** Clients' port of the first node. */
  readonly port: number;
}

/** Every node is a process of some 80 MB. */
const NODES_MAX = 12;
const usual = { description: "dc1:3x1,dc2:3x1", port: 8102 };

export const demoUsage = `Usage: deno task cluster [description] [--port N]

Starts a whole cluster on this machine, one process per node, with all data in memory. Ctrl-C ends it.

  description  datacenter:RACKSxNODES, parted by commas (default: ${usual.description}), at most ${NODES_MAX} nodes
  --port=N     port for the clients of the first node (default: ${usual.port}); each next node's is 10 higher`;

const port = wholeNumber(1025, 65000);

/**
 * Reads the arguments.
 *
 * @throws {FlagError} at what cannot be followed.
 */
export function parseDemoArguments(args: readonly string[]): DemoArguments {
  let description: string | undefined;
  let chosenPort = usual.port;
  let help = false;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at]!;
    const [name, attached] = argument.split(/=(.*)/s, 2);
    if (argument === "-h" || argument === "--help") help = true;
    else if (name === "-p" || name === "--port") chosenPort = read(port, attached ?? args[++at] ?? "", "option --port");
    else if (argument.startsWith("-") || description !== undefined) {
      throw new FlagError(`unexpected argument "${argument}"; accepted are a description and --port`);
    } else description = argument;
  }
  const datacenters = read(clusterDescription, description ?? usual.description, "description");
  const nodes = datacenters.reduce((sum, { racks, nodes }) => sum + racks * nodes, 0);
  if (nodes > NODES_MAX) {
    throw new FlagError(`${nodes} nodes are too many for one machine; accepted are at most ${NODES_MAX}`);
  }
  return { help, datacenters, port: chosenPort };
}

function read<T>(kind: Kind<T>, written: string, what: string): T {
  const value = kind.parse(written);
  if (value instanceof Problem) throw new FlagError(`${what}: "${written}" ${value.text}`);
  return value;
}
