import { assertEquals, assertThrows } from "@std/assert";
import { bomName, describeBom, type LockFile, type ModuleGraph } from "../../../../conf/build/bom.ts";

const product = { name: "@a/b", version: "1.2.3", license: "Apache-2.0", commit: "0123456789ab", denoVersion: "2.9.6" };
const graph: ModuleGraph = {
  modules: [{}, { npmPackage: "used@2.0.0" }, { npmPackage: "used@2.0.0" }],
  npmPackages: {
    "used@2.0.0": { name: "used", version: "2.0.0", dependencies: ["@deep/er@1.0.0_used@2.0.0"] },
    "@deep/er@1.0.0_used@2.0.0": { name: "@deep/er", version: "1.0.0_used@2.0.0", dependencies: ["used@2.0.0"] },
    "tests-only@3.0.0": { name: "tests-only", version: "3.0.0", dependencies: [] },
  },
};
const lock: LockFile = {
  npm: { "used@2.0.0": { integrity: "sha512-AAH/" }, "@deep/er@1.0.0_used@2.0.0": { integrity: "sha512-/w==" } },
};

Deno.test("describeBom() lists the runtime and what the program's modules need, with the hashes of the lock file", () => {
  const { components, metadata } = JSON.parse(describeBom(product, graph, lock));
  assertEquals(components.map((component: { purl: string }) => component.purl), [
    "pkg:github/denoland/deno@v2.9.6",
    "pkg:npm/%40deep/er@1.0.0",
    "pkg:npm/used@2.0.0",
  ]);
  assertEquals(components[2].hashes, [{ alg: "SHA-512", content: "0001ff" }]);
  assertEquals(metadata.component.properties, [{ name: "commit", value: "0123456789ab" }]);
});

Deno.test("describeBom() says what depends on what", () => {
  const { dependencies } = JSON.parse(describeBom(product, graph, lock));
  assertEquals(dependencies, [
    { ref: "pkg:npm/%40a/b@1.2.3", dependsOn: ["pkg:github/denoland/deno@v2.9.6", "pkg:npm/used@2.0.0"] },
    { ref: "pkg:github/denoland/deno@v2.9.6" },
    { ref: "pkg:npm/%40deep/er@1.0.0", dependsOn: ["pkg:npm/used@2.0.0"] },
    { ref: "pkg:npm/used@2.0.0", dependsOn: ["pkg:npm/%40deep/er@1.0.0"] },
  ]);
});

Deno.test("describeBom() refuses what is not locked", () => {
  assertThrows(() => describeBom(product, graph, { npm: {} }), Error, "is not in the lock file");
  assertEquals(bomName("1.2.3"), "dynomite-1.2.3.cdx.json");
});
