/**
 * The clusters of compose.yaml and of the Kubernetes manifests, as real processes on this machine, each from its own file: only
 * names and ports are this machine's. And the systemd unit, where systemd is there to judge it.
 */
import { assert, assertEquals } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import dockerfile from "../../Dockerfile" with { type: "text" };
import unit from "../../conf/deploy/dynomite.service" with { type: "text" };
import { nodeFiles } from "../support/deploy/compose.ts";
import { readDockerfile } from "../support/deploy/dockerfile.ts";
import { podFiles, podsOf, statefulSets } from "../support/deploy/manifests.ts";
import { freePort, Program, until } from "../support/program.ts";
import { type RealServer, startRedis, testWith } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { runTool } from "../support/run_tool.ts";

interface DeployedNode {
  /** The name others reach it by. */
  readonly name: string;
  readonly text: string;
  readonly env: Readonly<Record<string, string>>;
}

interface Deployed extends AsyncDisposable {
  /** Client port by name. */
  readonly ports: ReadonlyMap<string, number>;
  readonly programs: ReadonlyMap<string, Program>;
}

/**
 * Starts the nodes from their files. Where a name stands with a port, this machine's address and a free port take its place; of
 * the addresses a node listens on the port alone is another. `engines` are ports by name.
 */
async function deploy(nodes: readonly DeployedNode[], engines: ReadonlyMap<string, number>): Promise<Deployed> {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_deploy_" });
  const peerPorts = new Map(nodes.map(({ name }) => [name, freePort()]));
  const ports = new Map(nodes.map(({ name }) => [name, freePort()]));
  const programs = new Map<string, Program>();
  const dispose = async () => {
    for (const program of programs.values()) await program[Symbol.asyncDispose]();
    await Deno.remove(folder, { recursive: true });
  };
  const localized = ({ name, text }: DeployedNode) => {
    let own = text
      .replace("listen: 0.0.0.0:8102", `listen: 0.0.0.0:${ports.get(name)}`)
      .replace("dyn_listen: 0.0.0.0:8101", `dyn_listen: 0.0.0.0:${peerPorts.get(name)}`)
      .replace("stats_listen: 0.0.0.0:22222", `stats_listen: 0.0.0.0:${freePort()}`)
      .replace("/var/lib/dynomite/", `${folder}/${name}.`);
    for (const [other, port] of peerPorts) own = own.replaceAll(`"${other}:8101:`, `"127.0.0.1:${port}:`);
    for (const [engine, port] of engines) own = own.replaceAll(`"${engine}:6379:`, `"127.0.0.1:${port}:`);
    return own;
  };
  try {
    await Promise.all(nodes.map(async (node) => {
      await Deno.writeTextFile(`${folder}/${node.name}.yml`, localized(node));
      const env = Object.entries(node.env).map(([key, value]) => `${key}=${value}`);
      const args = ["-c", `${folder}/${node.name}.yml`];
      programs.set(node.name, await Program.start(args, folder, env.length > 0 ? ["env", ...env] : []));
    }));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { ports, programs, [Symbol.asyncDispose]: dispose };
}

async function call(port: number, ...args: string[]): Promise<string> {
  using client = await RespClient.connect(port);
  return (await client.call(...args)).text;
}

/** Nodes need a moment to meet, and to take note of one that is gone. */
function becomes(what: string, get: () => Promise<string>, expected: string): Promise<void> {
  return until(what, async () => await get() === expected, 60_000);
}

testWith(
  ["redis-server"],
  "the cluster of compose.yaml: a write is in every Redis of both datacenters, and outlives one node",
  async () => {
    const engines = new Map<string, RealServer>();
    try {
      for (const name of Object.keys(nodeFiles)) engines.set(`redis-${name}`, await startRedis());
      const nodes = Object.entries(nodeFiles).map(([name, text]) => ({ name, text, env: {} }));
      await using cluster = await deploy(nodes, new Map([...engines].map(([name, { port }]) => [name, port])));
      const port = (name: string) => cluster.ports.get(name)!;
      // Until the links stand a copy may miss a write, so it is written until each has it.
      for (const { port: engine } of engines.values()) {
        await becomes("each engine has the write", async () => {
          await call(port("dc1-rack1"), "SET", "city", "Lisbon");
          return await call(engine, "GET", "city");
        }, "Lisbon");
      }
      for (const { name } of nodes) assertEquals(await call(port(name), "GET", "city"), "Lisbon");
      await cluster.programs.get("dc1-rack2")![Symbol.asyncDispose]();
      await becomes("it goes on", () => call(port("dc1-rack1"), "SET", "city", "Porto"), "OK");
      await becomes("the other datacenter has it", () => call(port("dc2-rack2"), "GET", "city"), "Porto");
    } finally {
      for (const engine of engines.values()) await engine[Symbol.asyncDispose]();
    }
  },
);

testWith(
  ["env"],
  "the cluster of the Kubernetes manifests: six pods find each other, and a majority outlives one",
  async () => {
    const pods = statefulSets.flatMap(podsOf);
    const nodes = pods.map(({ args, env }) => ({
      name: env.PUBLIC_HOSTNAME!,
      text: podFiles[args[1]!.replace("/etc/dynomite/", "")]!,
      env: { PUBLIC_HOSTNAME: "127.0.0.1" },
    }));
    await using cluster = await deploy(nodes, new Map());
    const [first, ...others] = [...cluster.ports.values()] as [number, ...number[]];
    const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);
    for (const key of keys) await becomes("a majority has the write", () => call(first, "SET", key, key), "OK");
    for (const port of others) for (const key of keys) await becomes("all read it", () => call(port, "GET", key), key);
    await cluster.programs.get("dynomite-rack2-1.dynomite-nodes")![Symbol.asyncDispose]();
    for (const key of keys) await becomes("a majority is left", () => call(first, "SET", key, `${key}!`), "OK");
    for (const key of keys) await becomes("and answers", () => call(others.at(-1)!, "GET", key), `${key}!`);
  },
);

testWith([], "what the Dockerfile copies of the sources is enough for the program", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_sources_" });
  try {
    for (const source of readDockerfile(dockerfile).sources) {
      const from = new URL(`../../${source}`, import.meta.url);
      if ((await Deno.stat(from)).isFile) await Deno.copyFile(from, `${folder}/${source}`);
      else await copyFolder(from, `${folder}/${source}`);
    }
    const args = ["run", "--frozen", "--no-prompt", "--allow-read", "main.ts", "-V"];
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: folder }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    assertEquals(new TextDecoder().decode(stdout), `This is dynomite-${denoJson.version}\n`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    const path = new URL(`${from}/${name}`);
    if (isDirectory) await copyFolder(path, `${to}/${name}`);
    else await Deno.copyFile(path, `${to}/${name}`);
  }
}

testWith(["systemd-analyze"], "the systemd unit is accepted, and exposes little", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_unit_" });
  try {
    const path = `${folder}/dynomite.service`;
    // The program is not installed here, and a unit whose program is missing is refused.
    await Deno.writeTextFile(path, unit.replaceAll("/usr/local/bin/dynomite", "/bin/true"));
    const verified = await runTool("systemd-analyze", ["verify", "--man=no", path]);
    // It may have to say something of the machine's other units.
    const complaints = verified.stderr.split("\n").filter((line) => line.includes("dynomite"));
    assertEquals({ code: verified.code, complaints }, { code: 0, complaints: [] });
    const { code, stdout, stderr } = await runTool("systemd-analyze", [
      "security",
      "--offline=true",
      "--no-pager",
      path,
    ]);
    assertEquals(code, 0, stderr);
    const exposure = Number(/Overall exposure level for dynomite\.service: ([\d.]+)/.exec(stdout)?.[1]);
    assert(exposure > 0 && exposure < 3, stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
