/**
 * The command line of a node, read as getopt.ts says. Every flag of C Dynomite is known, those of 2014 too; one that has lost
 * its meaning is accepted and explained.
 */
import { commands } from "./commands/list.ts";
import { clusterDescription, type DatacenterSize } from "./cluster/description.ts";
import { acceptedHosts } from "./cluster/hosts.ts";
import type { ClusterSetting } from "./cluster/plan.ts";
import { describeRows, FlagError, number, type OptionRow, readArguments, something } from "./getopt.ts";
import { suggest } from "./suggest.ts";
import { type Kind, Problem, tcpAddress, wholeNumber } from "./value_kinds.ts";

export { FlagError };

/** What the command line asks for. */
export interface Flags {
  readonly help: boolean;
  readonly version: boolean;
  readonly testConf: boolean;
  readonly daemonize: boolean;
  readonly describeStats: boolean;
  readonly gossip: boolean;
  /** C Dynomite's levels, 0 to 11. */
  readonly verbosity: number;
  readonly output: string | undefined;
  readonly confFile: string | undefined;
  readonly pidFile: string | undefined;
  readonly statsPort: number | undefined;
  readonly statsAddr: string | undefined;
  /** Print that many tokens, and end. */
  readonly generateTokens: number | undefined;
  /** Write the files of this cluster, and end. The four below say how. */
  readonly generateCluster: readonly DatacenterSize[] | undefined;
  readonly outputDir: string | undefined;
  readonly hosts: string | undefined;
  readonly tokensPerNode: number | undefined;
  readonly settings: readonly ClusterSetting[];
  /** Set by the parent of a daemon on its child, never by people. */
  readonly daemonChild: boolean;
  /** Set by a program that keeps the node, never by people: stop when stdin ends, so that the node cannot outlive it. */
  readonly stopWithStdin: boolean;
  /** What to tell about flags that have lost their meaning. */
  readonly notices: readonly string[];
}

interface FlagRow extends OptionRow {
  readonly field?: Exclude<keyof Flags, "notices">;
  /** Goes with --generate-cluster. */
  readonly ofCluster?: true;
}

const verbosityMost = 11;
const verbosityUsual = 5;

/** C Dynomite takes anything above 11 for 11. */
const verbosity: Kind<number> = {
  accepted: `a number from 0 to ${verbosityMost}`,
  parse: (written) =>
    /^[0-9]+$/.test(written) ? Math.min(Number(written), verbosityMost) : new Problem("is not a number"),
  format: String,
};

const fileName = something("a file name");

/** `key=value` of one configuration key. */
const setting: Kind<ClusterSetting> = {
  accepted: "key=value, such as write_consistency=dc_quorum",
  parse(written) {
    const equals = written.indexOf("=");
    if (equals < 1) return new Problem(`is no setting; accepted is ${setting.accepted}`);
    return { key: written.slice(0, equals).trim(), value: written.slice(equals + 1).trim() };
  },
  format: ({ key, value }) => `${key}=${value}`,
};

/** A host, as the address of a listener has it. */
const host: Kind<string> = {
  accepted: "a host name or IP address",
  parse(written) {
    const address = tcpAddress.parse(`${written}:1`);
    if (address instanceof Problem || address.kind !== "tcp") {
      return new Problem(`is no host; accepted is ${host.accepted}`);
    }
    return address.host;
  },
  format: (value) => value,
};

const rows: readonly FlagRow[] = [
  { short: "h", long: "help", field: "help", doc: "this help" },
  { short: "V", long: "version", field: "version", doc: "show version and exit" },
  { short: "t", long: "test-conf", field: "testConf", doc: "test the configuration, list every fault in it, and exit" },
  {
    short: "d",
    long: "daemonize",
    field: "daemonize",
    doc: "run as a daemon; exits when the node serves, or with its failure",
  },
  { short: "D", long: "describe-stats", field: "describeStats", doc: "print stats description and exit" },
  {
    short: "v",
    long: "verbosity",
    field: "verbosity",
    argument: number(verbosity),
    doc:
      `set logging level (default: ${verbosityUsual}, min: 0, max: ${verbosityMost}): 1 errors, 4 warnings, 5 notices, 6 information, 7 and more debugging`,
  },
  { short: "o", long: "output", field: "output", argument: fileName, doc: "set logging file (default: stderr)" },
  {
    short: "c",
    long: "conf-file",
    field: "confFile",
    argument: fileName,
    doc: "set configuration file (default: conf/dynomite.yml, and if it is not there the one in the program)",
  },
  { short: "p", long: "pid-file", field: "pidFile", argument: fileName, doc: "set pid file (default: off)" },
  {
    short: "s",
    long: "stats-port",
    field: "statsPort",
    argument: number(wholeNumber(1, 65535)),
    doc: "set stats port, instead of that of stats_listen",
  },
  {
    short: "a",
    long: "stats-addr",
    field: "statsAddr",
    argument: { shown: "S", requires: "an address", kind: host },
    doc: "set stats address, instead of that of stats_listen",
  },
  { short: "g", long: "gossip", field: "gossip", doc: "enable gossip, as enable_gossip: true" },
  {
    short: "i",
    long: "stats-interval",
    argument: number(wholeNumber(0, 2147483647)),
    doc: "no effect, kept for older scripts",
    notice: "stats are computed when they are asked for",
  },
  {
    short: "m",
    long: "mbuf-size",
    argument: number(wholeNumber(512, 512000, (value) => value % 16 === 0 ? undefined : "is not a multiple of 16")),
    doc: "no effect, kept for older scripts",
    notice: "buffers grow and shrink on their own; see buffer_budget in the configuration",
  },
  {
    short: "M",
    long: "max-msgs",
    argument: number(wholeNumber(100000, 1000000)),
    doc: "no effect, kept for older scripts",
    notice: "see max_client_pending and max_link_pending in the configuration",
  },
  {
    short: "x",
    long: "admin-operation",
    argument: number(wholeNumber(1, 2147483647)),
    doc: "no effect, kept for older scripts",
    notice: "there is no admin mode: every node routes every key to its owner",
  },
  {
    long: "generate-tokens",
    field: "generateTokens",
    argument: number(wholeNumber(1, 65536)),
    doc: "print the tokens of a rack of N nodes that own equal shares, one per line, and exit",
    ofCluster: true,
    wholeName: true,
  },
  {
    long: "generate-cluster",
    field: "generateCluster",
    argument: { shown: "S", requires: "a description", kind: clusterDescription },
    doc:
      "write the configuration of every node of a cluster, and exit: datacenter:RACKSxNODES, such as dc1:3x2,dc2:3x2",
    ofCluster: true,
    wholeName: true,
  },
  {
    long: "output-dir",
    field: "outputDir",
    argument: something("a folder"),
    doc: "with --generate-cluster: the folder for the files; those that are there are not replaced",
    ofCluster: true,
    wholeName: true,
  },
  {
    long: "hosts",
    field: "hosts",
    argument: something(`${acceptedHosts}, or @file with one host per line`),
    doc:
      `with --generate-cluster: where the nodes are (default: 127.0.0.1 for all): ${acceptedHosts}, or @file with one ` +
      "host per line. {n} counts the nodes of the cluster, {dc} datacenters, {rack} racks of one, {node} nodes of a " +
      "rack, each from 1; {datacenter} is a name. Nodes that share a host get ports 10 apart",
    ofCluster: true,
    wholeName: true,
  },
  {
    long: "tokens-per-node",
    field: "tokensPerNode",
    argument: number(wholeNumber(1, 1024)),
    doc: "with --generate-cluster: tokens (virtual nodes) of each node (default: 1; C Dynomite bears no more)",
    ofCluster: true,
    wholeName: true,
  },
  {
    long: "set",
    field: "settings",
    argument: { shown: "key=value", requires: "key=value", kind: setting },
    doc: "with --generate-cluster: a configuration key for all nodes, as often as needed. The value may have the " +
      "placeholders of --hosts, and {host}: --set servers=embedded:/var/lib/dynomite/{n}.db",
    repeated: true,
    ofCluster: true,
    wholeName: true,
  },
  { long: "daemon-child", field: "daemonChild", doc: "", hidden: true },
  { long: "stop-with-stdin", field: "stopWithStdin", doc: "", hidden: true },
];

/** `-v, --verbosity=N`, for each flag that people may use. */
export function describeFlags(): readonly { readonly usage: string; readonly doc: string }[] {
  return describeRows(rows);
}

/**
 * Reads the arguments behind the program's name.
 *
 * @throws {FlagError} at the first argument that cannot be followed.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseFlags(["-dv7", "--conf-file=node.yml"]).verbosity, 7);
 * ```
 */
export function parseFlags(args: readonly string[]): Flags {
  const { values, notices } = readArguments(rows, args, (argument) => {
    throw unexpected(argument);
  });
  checkTogether(values);
  const flag = (field: string) => values[field] === true;
  return {
    help: flag("help"),
    version: flag("version"),
    testConf: flag("testConf"),
    daemonize: flag("daemonize"),
    describeStats: flag("describeStats"),
    gossip: flag("gossip"),
    daemonChild: flag("daemonChild"),
    stopWithStdin: flag("stopWithStdin"),
    verbosity: values.verbosity as number | undefined ?? verbosityUsual,
    output: values.output as string | undefined,
    confFile: values.confFile as string | undefined,
    pidFile: values.pidFile as string | undefined,
    statsPort: values.statsPort as number | undefined,
    statsAddr: values.statsAddr as string | undefined,
    generateTokens: values.generateTokens as number | undefined,
    generateCluster: values.generateCluster as Flags["generateCluster"],
    outputDir: values.outputDir as string | undefined,
    hosts: values.hosts as string | undefined,
    tokensPerNode: values.tokensPerNode as number | undefined,
    settings: (values.settings ?? []) as readonly ClusterSetting[],
    notices,
  };
}

/** What says how a cluster is generated is a slip where none is. */
function checkTogether(values: Readonly<Record<string, unknown>>): void {
  if (values.generateCluster !== undefined) {
    if (values.generateTokens !== undefined) {
      throw new FlagError(
        "options --generate-tokens and --generate-cluster are each for itself; accepted is one of them",
      );
    }
    if (values.outputDir === undefined) {
      throw new FlagError("option --generate-cluster requires --output-dir, the folder for its files");
    }
    return;
  }
  const stray = rows.find((row) =>
    row.ofCluster && row.field !== "generateTokens" && row.field !== undefined && values[row.field] !== undefined
  );
  if (stray !== undefined) throw new FlagError(`option --${stray.long} is accepted with --generate-cluster only`);
}

function unexpected(argument: string): FlagError {
  const near = suggest(argument, commands.map(({ name }) => name));
  const help = /\.ya?ml$/.test(argument)
    ? `; a configuration file is named with -c ${argument}`
    : near === undefined
    ? "; only options are accepted"
    : `; did you mean ${near}? A command stands first`;
  return new FlagError(`unexpected argument "${argument}"${help}`);
}
