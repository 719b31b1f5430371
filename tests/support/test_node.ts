/** A node in this process, on free ports, for tests that speak to its client port. */
import { defaultConf } from "../../conf/mod.ts";
import type { Conf } from "../../conf/schema.ts";
import { type Overrides, startNode } from "../../mod.ts";

export interface TestNode {
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts it with the default configuration, which has the embedded engine, changed by `settings`. */
export async function startEmbeddedNode(settings: Partial<Conf> = {}, overrides: Overrides = {}): Promise<TestNode> {
  const free = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  const conf = { ...defaultConf(), listen: free, dynListen: free, statsListen: free, ...settings };
  const node = await startNode(conf, overrides);
  return {
    port: Number(node.addresses.listen.split(":").at(-1)),
    [Symbol.asyncDispose]: () => node.stop(),
  };
}

/** Starts it in front of a server on this machine. */
export function startNodeBefore(
  server: { readonly host: string; readonly port: number },
  settings: Partial<Conf> = {},
): Promise<TestNode> {
  const { host, port } = server;
  return startEmbeddedNode({ ...settings, server: { kind: "tcp", host, port, name: "engine" } });
}
