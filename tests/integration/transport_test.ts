import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DenoTransport } from "../../core/net/deno_transport.ts";
import type { Address } from "../../core/transport.ts";
import { testTransport } from "../conformance/transport.ts";

testTransport("DenoTransport over TCP", () => ({
  transport: new DenoTransport(),
  address: { kind: "tcp", host: "127.0.0.1", port: 0 },
}));
if (hasIpv6()) {
  testTransport("DenoTransport over IPv6", () => ({
    transport: new DenoTransport(),
    address: { kind: "tcp", host: "::1", port: 0 },
  }));
} else {
  Deno.test({ name: "DenoTransport over IPv6 (this machine has none)", ignore: true, fn() {} });
}
testTransport("DenoTransport over a unix socket", () => {
  const folder = Deno.makeTempDirSync({ prefix: "dynomite_" });
  return {
    transport: new DenoTransport(),
    address: { kind: "unix", path: `${folder}/socket` },
    clean: () => Deno.removeSync(folder, { recursive: true }),
  };
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

async function inFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "dynomite_" });
  try {
    await body(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("DenoTransport.listen() replaces the socket file of a process that died", () =>
  inFolder(async (folder) => {
    const path = `${folder}/socket`;
    const died = await new Deno.Command(Deno.execPath(), {
      args: [
        "eval",
        `Deno.listen({ transport: "unix", path: ${JSON.stringify(path)} }); Deno.kill(Deno.pid, "SIGKILL");`,
      ],
    }).output();
    assertEquals(died.signal, "SIGKILL");
    assert(Deno.lstatSync(path).isSocket);
    const address: Address = { kind: "unix", path };
    const listener = new DenoTransport().listen(address);
    const [near, far] = await Promise.all([new DenoTransport().connect(address, 1000), listener.accept()]);
    near.close();
    far.close();
    listener.close();
    assertThrows(() => Deno.lstatSync(path), Deno.errors.NotFound);
  }));

Deno.test("DenoTransport.listen() leaves a file alone that is no socket", () =>
  inFolder((folder) => {
    const path = `${folder}/precious`;
    Deno.writeTextFileSync(path, "keep me");
    assertThrows(() => new DenoTransport().listen({ kind: "unix", path }));
    assertEquals(Deno.readTextFileSync(path), "keep me");
  }));

Deno.test("DenoTransport.connect() names what it could not resolve", async () => {
  await assertRejects(
    () => new DenoTransport().connect({ kind: "tcp", host: "no-such-host.invalid", port: 1 }, 5000),
    Error,
    "lookup",
  );
});
