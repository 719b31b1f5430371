import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DnsProvider, type DnsSettings, readDnsSettings } from "../../../../gossip/seeds/dns_provider.ts";
import { ownAddresses } from "../../../../gossip/seeds/own_address.ts";
import type { SeedVariable } from "../../../../gossip/seeds/variables.ts";
import { node, parseSeed, recordsOf } from "../../../support/seed_records.ts";

const [one, two, three] = [
  "10.0.0.1:8101:rack1:dc1:0",
  "10.0.0.2:8101:rack2:dc1:0",
  "10.0.0.3:8101:rack3:dc1:0",
] as const;

async function ask(
  type: DnsSettings["type"],
  answer: readonly (string | readonly string[])[],
  gossips = false,
): Promise<string[]> {
  const self = node("0.0.0.0:8101:mine:dc1:5,6");
  const resolver = {
    txt: () => Promise.resolve(answer as string[][]),
    addresses: () => Promise.resolve(answer as string[]),
  };
  const isOwn = ownAddresses(self, [], () => ["10.0.0.1"]);
  const provider = new DnsProvider({ name: "n", type, nameServer: undefined }, resolver, parseSeed, {
    self,
    isOwn,
    gossips,
  });
  return recordsOf(await provider.ask(new AbortController().signal));
}

Deno.test("DnsProvider reads all records and all strings, whole ones and ones cut anywhere", async () => {
  assertEquals(await ask("TXT", [[one], [two], [three]]), [one, two, three]);
  assertEquals(await ask("TXT", [[`${one}|${two}`], [three]]), [one, two, three]);
  assertEquals(await ask("TXT", [[one, two], [three]]), [one, two, three]);
  const whole = `${one}|${two}|10.0.0.3:8101:rack3:dc1:1234,5678|10.0.0.4:8101:rack4:dc1:0`;
  const expected = whole.split("|");
  for (let cut = 0; cut <= whole.length; cut++) {
    assertEquals(await ask("TXT", [[whole.slice(0, cut), whole.slice(cut)]]), expected, `cut at ${cut}`);
  }
});

Deno.test("DnsProvider refuses answers that name no node or cannot be read", async () => {
  await assertRejects(() => ask("TXT", []), Error, "names no node");
  await assertRejects(() => ask("TXT", [["v=spf1 -all"], [one]]), Error, 'the record "v=spf1 -all" has too few fields');
  await assertRejects(() => ask("A", []), Error, "names no node");
});

Deno.test("DnsProvider makes each address a rack of its own with this node's port and tokens, without its own", async () => {
  assertEquals(await ask("A", ["10.0.0.1", "10.0.0.2"]), ["10.0.0.2:8101:10.0.0.2:dc1:5,6"]);
  assertEquals(await ask("AAAA", ["fd00::2"]), ["[fd00::2]:8101:fd00--2:dc1:5,6"]);
  assertEquals(await ask("A", ["10.0.0.1"]), []);
});

Deno.test("DnsProvider knows no place of an address where nodes gossip and tell it themselves", async () => {
  assertEquals(await ask("A", ["10.0.0.1", "10.0.0.2"], true), ["10.0.0.2:8101:10.0.0.2:dc1:"]);
  assertEquals(await ask("TXT", [[one]], true), [one]);
});

Deno.test("readDnsSettings() reads name, type and name server, and says what is wrong with them", () => {
  const settings = (values: Partial<Record<SeedVariable, string>>) => readDnsSettings((name) => values[name]);
  assertEquals(settings({}), { name: "_dynomite.ec2-internal", type: "TXT", nameServer: undefined });
  assertEquals(settings({ DYNOMITE_DNS_NAME: "a.b", DYNOMITE_DNS_TYPE: "AAAA" }).type, "AAAA");
  const server = (text: string) => settings({ DYNOMITE_DNS_SERVER: text }).nameServer;
  assertEquals(server("10.0.0.2"), { ipAddr: "10.0.0.2", port: 53 });
  assertEquals(server("10.0.0.2:5353"), { ipAddr: "10.0.0.2", port: 5353 });
  assertEquals(server("[fd00::2]:5353"), { ipAddr: "fd00::2", port: 5353 });
  assertEquals(server("fd00::2"), { ipAddr: "fd00::2", port: 53 });
  for (const bad of ["dns.example", "10.0.0.2:", "10.0.0.2:0", "10.0.0.2:99999", ":53", "[fd00::2"]) {
    assertThrows(() => server(bad), Error, `environment variable DYNOMITE_DNS_SERVER: `);
  }
  assertThrows(
    () => settings({ DYNOMITE_DNS_TYPE: "SRV" }),
    Error,
    'DYNOMITE_DNS_TYPE: "SRV" is not known; accepted is one of',
  );
});
