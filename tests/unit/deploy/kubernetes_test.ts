/** The manifests are what Kubernetes accepts, and say of the program what is so. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { clusterFiles } from "../../../conf/cluster/files.ts";
import { planCluster } from "../../../conf/cluster/plan.ts";
import { parseFlags } from "../../../conf/flags.ts";
import { parseConf } from "../../../conf/parse.ts";
import denoJson from "../../../deno.json" with { type: "json" };
import {
  generatorCommand,
  type Manifest,
  manifests,
  podFiles,
  podsOf,
  services,
  statefulSets,
} from "../../support/deploy/manifests.ts";
import { unreadKeys } from "../../support/deploy/unread_keys.ts";

const kinds = { ConfigMap, NetworkPolicy, PodDisruptionBudget, Service, StatefulSet };

/** The fields that its kind does not know. Throws where a field has the wrong form, or one is missing. */
function check(manifest: Manifest): readonly string[] {
  const Kind = kinds[manifest.kind as keyof typeof kinds] as unknown as new (data: unknown) => {
    apiVersion: string;
    validate(): void;
  };
  assertEquals(new Kind({}).apiVersion, manifest.apiVersion);
  const validate = (watched: unknown) =>
    Kind.prototype.validate.call(Object.assign(Object.create(Kind.prototype), watched));
  return unreadKeys({ ...manifest }, validate);
}

Deno.test("every manifest is valid in every field", () => {
  assertEquals(new Set(manifests.map(({ kind }) => kind)), new Set(Object.keys(kinds)));
  for (const manifest of manifests) assertEquals(check(manifest), [], `${manifest.kind} ${manifest.metadata.name}`);
});

Deno.test("check() finds what is wrong", () => {
  const set = structuredClone(statefulSets[0]!) as unknown as Manifest & { spec: StatefulSet["spec"] };
  const container = set.spec!.template.spec!.containers[0]! as unknown as Record<string, unknown>;
  assertEquals(check(set), []);
  container.imagePulPolicy = "Always";
  assertEquals(check(set), [".spec.template.spec.containers.0.imagePulPolicy"]);
  container.ports = [{ containerPort: "8102" }];
  assertThrows(() => check(set), Error, "containerPort must be integer");
});

const nodes = statefulSets.flatMap((set) => podsOf(set).map((pod) => ({ set, pod })));
const fileOf = (args: readonly string[]) => args[args.indexOf("-c") + 1]!.replace("/etc/dynomite/", "");

Deno.test("each pod has a file of its own, without a fault or notice, which puts it into the rack of its set", () => {
  assertEquals(nodes.map(({ pod }) => fileOf(pod.args)).toSorted(), Object.keys(podFiles).toSorted());
  for (const { set, pod } of nodes) {
    const { conf, notices } = parseConf(podFiles[fileOf(pod.args)]!, pod.name);
    assertEquals(notices, []);
    assertEquals(set.metadata!.labels!["dynomite-rack"], conf.rack);
    // Its own line stands among the seeds of all, under the name that gossip tells the others.
    const own = { host: pod.env.PUBLIC_HOSTNAME, rack: conf.rack, tokens: conf.tokens };
    const elsewhere = nodes.find((node) => node.pod.name !== pod.name)!.pod;
    const seeds = parseConf(podFiles[fileOf(elsewhere.args)]!, elsewhere.name).conf.dynSeeds;
    const seed = seeds.find(({ host }) => host === own.host);
    assertEquals({ host: seed?.host, rack: seed?.rack, tokens: seed?.tokens }, own);
    assert(conf.env !== "aws", "PUBLIC_HOSTNAME is not read with env: aws");
    assertEquals(conf.dynSeeds.length, nodes.length - 1);
  }
});

Deno.test("the files are those that the command above them makes", () => {
  const words = generatorCommand.split("kubectl")[0]!.replaceAll(/^#|\\$/gm, "").trim().split(/\s+/).slice(1);
  const flags = parseFlags(words.map((word) => word.replaceAll("'", "")));
  const plan = planCluster({ datacenters: flags.generateCluster!, hosts: flags.hosts, settings: flags.settings });
  const made = [...clusterFiles(plan)];
  assertEquals(made.map(({ name }) => name), Object.keys(podFiles));
  for (const { name, text } of made) assertEquals(parseConf(podFiles[name]!, name).conf, parseConf(text, name).conf);
});

Deno.test("ports, probes and volumes are those of the configuration", () => {
  const { conf } = parseConf(Object.values(podFiles)[0]!, "pod");
  const ports = { clients: conf.listen, peers: conf.dynListen, stats: conf.statsListen };
  for (const set of statefulSets) {
    const { containers } = set.spec!.template.spec!;
    const container = containers[0]!;
    for (const { name, containerPort } of container.ports!) {
      const address = ports[name as keyof typeof ports]!;
      assertEquals(address, { kind: "tcp", host: "0.0.0.0", port: containerPort });
    }
    for (
      const [probe, path] of [["startup", "/healthz"], ["liveness", "/healthz"], ["readiness", "/readyz"]] as const
    ) {
      assertEquals(container[`${probe}Probe`]!.httpGet, { path, port: "stats" });
    }
    const mounts = Object.fromEntries(container.volumeMounts!.map(({ name, mountPath }) => [name, mountPath]));
    assert(conf.server.kind === "embedded" && conf.server.path!.startsWith(`${mounts.data}/`));
    assertEquals(container.image!.split(":")[1], denoJson.version);
    assertEquals(set.spec!.serviceName, services.find(({ spec }) => spec!.clusterIP === "None")!.metadata!.name);
    assertEquals(container.securityContext!.readOnlyRootFilesystem, true);
  }
  for (const { spec } of services) {
    for (const { name, port } of spec!.ports!) {
      const address = ports[name as keyof typeof ports]!;
      assertEquals(address.kind === "tcp" && address.port, port);
    }
  }
});

Deno.test("heap, buffers and held writes fit the memory of a pod", () => {
  for (const set of statefulSets) {
    const { limits } = set.spec!.template.spec!.containers[0]!.resources!;
    assertEquals(limits!.memory, "1Gi");
  }
  const { conf } = parseConf(Object.values(podFiles)[0]!, "pod");
  // As README has it: half for the heap, a quarter for buffers, max_held_bytes, and 100 MB for the process.
  assert(512 + 256 + conf.maxHeldBytes / 1024 ** 2 + 100 <= 1024);
});
