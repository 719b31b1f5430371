/** The Dockerfile is well formed and says of the program what is so. What it makes is run by tests/binary/image_test.ts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { validate } from "dockerfile-utils";
import ci from "../../../.ci/run" with { type: "text" };
import containerText from "../../../conf/deploy/container.yml" with { type: "text" };
import { options } from "../../../conf/schema.ts";
import { parseConf } from "../../../conf/parse.ts";
import dockerfile from "../../../Dockerfile" with { type: "text" };
import { readDockerfile } from "../../support/deploy/dockerfile.ts";
import { startEnvironment } from "../../../conf/process/permissions.ts";

const plan = readDockerfile(dockerfile);

Deno.test("the Dockerfile has no fault, and its images are pinned by tag", () => {
  assertEquals(validate(dockerfile).map(({ message }) => message), []);
  assertEquals(validate("FROM a\nCOPPY b c\n").length, 1);
  assertEquals(plan.from.at(-1), "gcr.io/distroless/cc-debian12:nonroot");
  for (const image of plan.from) assert(/:[\w.-]+$/.test(image) && !image.endsWith(":latest"), image);
});

Deno.test("the image is built with the Deno that is tested", () => {
  const version = /^deno_version=(\S+)$/m.exec(ci)?.[1];
  assertEquals(plan.from[0], `denoland/deno:debian-${version}`);
});

Deno.test("the program is where it is started", () => {
  assertEquals(plan.copies.map(({ stage }) => stage), [true, true, false]);
  assertEquals(plan.entrypoint, [plan.copies.find(({ from }) => from.endsWith("/dynomite"))!.to]);
  assertEquals(plan.healthcheck[0], plan.entrypoint[0]);
  const file = plan.copies.find(({ to }) => to.endsWith(".yml"))!;
  assertEquals(file.from, "conf/deploy/container.yml");
  for (const command of [plan.command, plan.healthcheck]) assertEquals(command.slice(-2), ["-c", file.to]);
  assertStringIncludes(dockerfile, "deno task compile /out/dynomite");
});

Deno.test("the configuration in the image has no fault or notice, and the ports and the volume of the image", () => {
  const { conf, notices } = parseConf(containerText, "container.yml");
  assertEquals(notices, []);
  assertEquals(conf.listen, { kind: "tcp", host: "0.0.0.0", port: 8102 });
  const defaults = options.statsListen.default!;
  assertEquals(plan.ports, [8102, 8101, Number(defaults.slice(defaults.lastIndexOf(":") + 1))]);
  assertEquals(conf.statsListen.kind === "tcp" && conf.statsListen.port, plan.ports[2]);
  assertEquals(plan.volumes, [plan.workdir]);
  assert(conf.server.kind === "embedded" && conf.server.path!.startsWith(`${plan.volumes[0]}/`));
});

Deno.test("the image runs as nobody in particular, and its memory is that of the container", () => {
  assertEquals(plan.user, "65532:65532");
  assertEquals(plan.env, { DENO_USE_CGROUPS: "1", ...startEnvironment });
  assertEquals(plan.stopSignal, "SIGTERM");
});
