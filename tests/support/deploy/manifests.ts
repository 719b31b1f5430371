/** The Kubernetes manifests as objects, and the configuration of each pod. */
import { parse } from "@std/yaml";
import configText from "../../../conf/deploy/kubernetes/config.yaml" with { type: "text" };
import disruptionText from "../../../conf/deploy/kubernetes/disruption.yaml" with { type: "text" };
import networkText from "../../../conf/deploy/kubernetes/network.yaml" with { type: "text" };
import racksText from "../../../conf/deploy/kubernetes/racks.yaml" with { type: "text" };
import servicesText from "../../../conf/deploy/kubernetes/services.yaml" with { type: "text" };
import type { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import type { Service } from "kubernetes-models/v1/Service";
import type { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

export const manifests: readonly Manifest[] = [configText, disruptionText, networkText, racksText, servicesText]
  .flatMap((text) => text.split(/^---$/m).map((document) => parse(document) as Manifest));

function ofKind<T>(kind: string): readonly T[] {
  return manifests.filter((manifest) => manifest.kind === kind) as unknown as readonly T[];
}

export const statefulSets = ofKind<StatefulSet>("StatefulSet");
export const services = ofKind<Service>("Service");
export const podFiles: Readonly<Record<string, string>> = ofKind<ConfigMap>("ConfigMap")[0]!.data!;
/** What makes them, as the comment above them says. */
export const generatorCommand = configText.split("\n").filter((line) => line.startsWith("#     ")).join("\n");

export interface Pod {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The pods a StatefulSet makes, with the arguments and the environment that Kubernetes gives them. */
export function podsOf(set: StatefulSet): readonly Pod[] {
  const { replicas = 1, ordinals, template } = set.spec!;
  const container = template.spec!.containers[0]!;
  return Array.from({ length: replicas }, (_, i) => {
    const index = (ordinals?.start ?? 0) + i;
    const name = `${set.metadata!.name}-${index}`;
    const fields: Readonly<Record<string, string>> = {
      "metadata.name": name,
      "metadata.labels['apps.kubernetes.io/pod-index']": String(index),
    };
    const env: Record<string, string> = {};
    const expand = (text: string) => text.replaceAll(/\$\((\w+)\)/g, (written, variable) => env[variable] ?? written);
    for (const { name: variable, value, valueFrom } of container.env ?? []) {
      env[variable] = value === undefined ? fields[valueFrom!.fieldRef!.fieldPath]! : expand(value);
    }
    return { name, args: (container.args ?? []).map(expand), env };
  });
}
