/**
 * The program: flags -> configuration -> log -> node -> signals -> exit code. Everything it decides is about the process;
 * what a node is stands in mod.ts. The commands of operators (`dynomite top` ...) have their own door, conf/commands/mod.ts.
 *
 * Exit codes: 0 for help, version, a valid configuration under -t, and a clean stop; 1 when the command line, the
 * configuration or the start fails, each with its reason on stderr; 130 and 143 after a second SIGINT or SIGTERM.
 */
import type { DatacenterSize } from "./conf/cluster/description.ts";
import { ClusterError } from "./conf/cluster/plan.ts";
import { readHosts, writeCluster } from "./conf/cluster/write.ts";
import { isCommand, runCommand } from "./conf/commands/mod.ts";
import { describeUsage, shortUsage } from "./conf/describe.ts";
import { FlagError, type Flags, parseFlags } from "./conf/flags.ts";
import { loadConf, loadUsualConf } from "./conf/load.ts";
import { fileOutput, Log, type LogOutput, noOutput, stderrOutput } from "./conf/log.ts";
import type { ReadConf, Values } from "./conf/parse.ts";
import { describeStart } from "./conf/process/banner.ts";
import { builtFrom } from "./conf/process/commit.ts";
import { reportReady, startDaemon } from "./conf/process/daemon.ts";
import { giveUpRunning } from "./conf/process/permissions.ts";
import { PidFile } from "./conf/process/pid_file.ts";
import { handleSignals, systemSignals } from "./conf/process/signals.ts";
import { describeStats } from "./core/admin/stats_table.ts";
import { ConfError } from "./core/errors.ts";
import { messageOf } from "./core/logger.ts";
import { evenTokens } from "./core/ring/even_tokens.ts";
import { seedVariables } from "./gossip/seeds/mod.ts";
import { type RunningNode, startNode, version } from "./mod.ts";

interface Configured extends ReadConf {
  /** Where it came from. */
  readonly source: string;
}

/** One line for the person or script that started us. */
function complain(text: string): void {
  console.error(`dynomite: ${text}`);
}

async function main(args: readonly string[]): Promise<number> {
  const [first, ...others] = args;
  if (isCommand(first)) return await runCommand(first, others);
  let flags: Flags;
  try {
    flags = parseFlags(args);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    complain(error.message);
    console.error(`${shortUsage()}\nTry 'dynomite --help'.`);
    return 1;
  }
  if (flags.help || flags.version || flags.describeStats) {
    const commit = builtFrom();
    console.log(`This is dynomite-${version}${commit ? ` (commit ${commit})` : ""}`);
    if (flags.help) console.log(`\n${describeUsage()}`);
    if (flags.describeStats) console.log(`\n${describeStats().trimEnd()}`);
    return 0;
  }
  if (flags.generateTokens !== undefined) {
    console.log(evenTokens(flags.generateTokens).join("\n"));
    return 0;
  }
  if (flags.generateCluster !== undefined) return await generateCluster(flags, flags.generateCluster);
  const configured = await configure(flags);
  if (configured === undefined) return 1;
  if (flags.testConf) {
    for (const notice of [...flags.notices, ...configured.notices]) console.error(notice);
    complain(`configuration file '${configured.source}' syntax is valid`);
    return 0;
  }
  if (!flags.daemonize || flags.daemonChild) return await run(flags, configured);
  if (flags.output === undefined) complain("-d without -o: the daemon keeps no log");
  return await startDaemon(args, seedVariables);
}

/** Writes the files of a cluster, and names them with their hosts. */
async function generateCluster(flags: Flags, datacenters: readonly DatacenterSize[]): Promise<number> {
  const { outputDir = ".", tokensPerNode, settings } = flags;
  try {
    const request = { datacenters, hosts: await readHosts(flags.hosts), tokensPerNode, settings };
    for (const { path, host, values } of await writeCluster(request, outputDir)) {
      console.log(`${path}  on ${host}, clients on ${values.listen}`);
    }
    return 0;
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    for (const line of error.message.split("\n")) complain(line);
    return 1;
  }
}

/** The configuration with the flags that stand above it, or undefined after listing its faults. */
async function configure(flags: Flags): Promise<Configured | undefined> {
  const adjust = (values: Values): Values => {
    const { statsListen } = values;
    const given = { host: flags.statsAddr, port: flags.statsPort };
    return {
      ...values,
      ...(flags.gossip ? { enableGossip: true } : {}),
      ...(statsListen?.kind === "tcp"
        ? { statsListen: { kind: "tcp", host: given.host ?? statsListen.host, port: given.port ?? statsListen.port } }
        : {}),
    };
  };
  try {
    if (flags.confFile === undefined) return await loadUsualConf(adjust);
    return { ...await loadConf(flags.confFile, adjust), source: flags.confFile };
  } catch (error) {
    if (!(error instanceof ConfError)) throw error;
    console.error(error.message);
    complain(`configuration file '${error.source}' syntax is invalid`);
    return undefined;
  }
}

/** Serves until a signal ends it. */
async function run(flags: Flags, { conf, notices, source }: Configured): Promise<number> {
  // A daemon's parent reads its stdout, nobody its stderr.
  const tell = (text: string) => flags.daemonChild ? console.log(`dynomite: ${text}`) : complain(text);
  let output: LogOutput;
  try {
    output = flags.output !== undefined ? fileOutput(flags.output) : flags.daemonChild ? noOutput() : stderrOutput();
  } catch (error) {
    tell(`log file ${flags.output}: ${messageOf(error)}`);
    return 1;
  }
  const log = new Log(output, flags.verbosity, conf.logFormat);
  let pidFile: PidFile | undefined;
  let node: RunningNode | undefined;
  // However the process ends, its pid file goes with it.
  addEventListener("unload", () => pidFile?.release());
  dieOnUnhandled(log);
  handleSignals(systemSignals, log, {
    stop: (code) => node === undefined ? Deno.exit(code) : void node.stop(),
    exit: (code) => Deno.exit(code),
  });
  try {
    if (flags.pidFile !== undefined) pidFile = PidFile.take(flags.pidFile);
    await giveUpRunning();
    for (const notice of [...flags.notices, ...notices]) log.notice(notice);
    node = await startNode(conf, { logger: log, logLevel: log });
    log.notice("dynomite {version}, process {pid}, serves clients on {address}", {
      version,
      pid: Deno.pid,
      address: node.addresses.listen,
    });
    console.log(describeStart(version, source, conf, node.addresses).trimEnd());
    if (flags.daemonChild) reportReady();
    if (flags.stopWithStdin) void stopAtEndOfInput(node);
    await node.finished;
    log.notice("stopped: every answer was sent");
    return 0;
  } catch (error) {
    const reason = messageOf(error);
    // Under a log file the person at the terminal is told too; where stderr is read by a program it reads JSON alone.
    const isLogOnStderr = flags.output === undefined && !flags.daemonChild;
    const isJsonOnStderr = isLogOnStderr && conf.logFormat === "json";
    if (!isLogOnStderr || isJsonOnStderr) log.error("the node does not start: {reason}", { reason });
    if (!isJsonOnStderr) tell(reason);
    return 1;
  } finally {
    pidFile?.release();
    log.close();
  }
}

/** Reads to no use until whoever holds the other end is gone. */
async function stopAtEndOfInput(node: RunningNode): Promise<void> {
  const bytes = new Uint8Array(64);
  while (await Deno.stdin.read(bytes) !== null);
  await node.stop();
}

/** A fault of ours that nobody caught: it is logged, and the process ends, rather than go on half alive. */
function dieOnUnhandled(log: Log): void {
  const die = (error: unknown) => {
    log.error("internal error, the process ends: {reason}", {
      reason: error instanceof Error ? error.stack ?? error.message : String(error),
    });
    Deno.exit(1);
  };
  addEventListener("error", (event) => {
    event.preventDefault();
    die(event.error);
  });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    die(event.reason);
  });
}

if (import.meta.main) Deno.exit(await main(Deno.args));
