/** What the Dockerfile makes, without an engine for containers: its files, user, environment and commands, in a bare root. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import containerText from "../../conf/deploy/container.yml" with { type: "text" };
import dockerfile from "../../Dockerfile" with { type: "text" };
import { BareRoot, NONROOT, programPath, whyNoBareRoot } from "../support/bare_root.ts";
import { readDockerfile } from "../support/deploy/dockerfile.ts";
import { freePort, Program, runProgram } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";

const binary = Deno.env.get("DYNOMITE_BIN");
const reason = binary === undefined ? "DYNOMITE_BIN names no program" : whyNoBareRoot();

Deno.test({
  name: `the image serves, is healthy, keeps its volume, and stops${
    reason === undefined ? "" : ` (skipped: ${reason})`
  }`,
  ignore: reason !== undefined,
  async fn() {
    const plan = readDockerfile(dockerfile);
    assertEquals([plan.entrypoint[0], plan.user], [programPath, `${NONROOT}:${NONROOT}`]);
    await using root = await BareRoot.make(binary!);
    const [port, statsPort] = [freePort(), freePort()];
    // On this machine others may have the ports of the image.
    await root.write(
      plan.command.at(-1)!,
      containerText.replace(":8102", `:${port}`).replace(":22222", `:${statsPort}`),
    );
    const launch = { program: root.command, env: { ...plan.env, PATH: "/usr/bin:/bin:/usr/sbin:/sbin" } };
    const healthcheck = () => runProgram(plan.healthcheck.slice(1), "/", launch);
    assertEquals((await healthcheck()).code, 1);
    {
      await using node = await Program.start(plan.command, "/", [], launch);
      const healthy = await healthcheck();
      assertEquals(healthy.code, 0, healthy.stderr);
      using client = await RespClient.connect(port);
      assertEquals((await client.call("SET", "city", "Lisbon")).text, "OK");
      node.kill(plan.stopSignal as Deno.Signal);
      const end = await node.ended();
      assertEquals(end.code, 0);
      assertStringIncludes(end.stderr, '"level":"notice"');
    }
    await using _again = await Program.start(plan.command, "/", [], launch);
    using client = await RespClient.connect(port);
    assertEquals((await client.call("GET", "city")).text, "Lisbon");
  },
});
