/**
 * `deno task cluster`: arguments -> demo -> signals -> exit code. 0 for help and after Ctrl-C, SIGTERM or SIGHUP; 1 when the
 * cluster does not start, or when its last node was killed.
 */
import { ClusterError } from "../cluster/plan.ts";
import { FlagError } from "../flags.ts";
import { type DemoArguments, demoUsage, parseDemoArguments } from "./arguments.ts";
import { Demo, describeNodes } from "./demo.ts";

async function main(args: readonly string[]): Promise<number> {
  let parsed: DemoArguments;
  try {
    parsed = parseDemoArguments(args);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(`dynomite: ${error.message}\n${demoUsage}`);
    return 1;
  }
  if (parsed.help) {
    console.log(demoUsage);
    return 0;
  }
  const demo = new Demo((line) => console.log(line));
  let signalled = false;
  // More of them change nothing: the stop has a limit of time, and a terminal may send one twice.
  const end = () => {
    signalled = true;
    void demo.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, end);
  try {
    await demo.start(parsed.datacenters, parsed.port);
    if (!signalled) {
      for (const line of describeNodes(demo.nodes)) console.log(line);
      console.log("ready: what is written at one node is read at all; kill one and go on; Ctrl-C ends the cluster");
    }
    await demo.finished();
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    if (!signalled) console.error(`dynomite: ${error.message}`);
  } finally {
    await demo.stop();
  }
  if (signalled) console.log("the cluster has ended");
  return signalled ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
