/** dns_provider through Deno's resolver against a real name server. */
import { assertEquals, assertRejects } from "@std/assert";
import { DnsProvider, type DnsSettings } from "../../gossip/seeds/dns_provider.ts";
import { ownAddresses } from "../../gossip/seeds/own_address.ts";
import { DenoResolver } from "../../gossip/seeds/resolver.ts";
import { testSeedsProvider } from "../conformance/seeds_provider.ts";
import { DnsServer } from "../support/dns_server.ts";
import { node, parseSeed, recordsOf } from "../support/seed_records.ts";

const NAME = "_dynomite.example.test";
const [one, two, three] = [
  "10.0.0.1:8101:rack1:dc1:0",
  "10.0.0.2:8101:rack2:dc1:0",
  "10.0.0.3:8101:rack3:dc1:0",
] as const;

function providerFor(server: DnsServer, type: DnsSettings["type"], name = NAME): DnsProvider {
  const self = node("10.0.0.1:8101:rack1:dc1:0");
  const { address } = server;
  const isOwn = ownAddresses(self, [], () => []);
  return new DnsProvider({ name, type, nameServer: address }, new DenoResolver(address), parseSeed, {
    self,
    isOwn,
    gossips: false,
  });
}
const ask = async (provider: DnsProvider) => recordsOf(await provider.ask(new AbortController().signal));

/** As zone files have them: strings of at most 255 bytes. */
function strings(text: string): string[] {
  return text.match(/.{1,255}/gs) ?? [""];
}

testSeedsProvider("DnsProvider", () => {
  const server = new DnsServer();
  return Promise.resolve({
    provider: providerFor(server, "TXT"),
    put(text: string) {
      server.zones.set(NAME, { TXT: [strings(text)] });
      return Promise.resolve();
    },
    silence: () => void (server.mode = "silent"),
    remove() {
      server.zones.clear();
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  });
});

Deno.test("DnsProvider reads every TXT record and every string of it", async () => {
  await using server = new DnsServer();
  server.zones.set(NAME, { TXT: [[one], [two.slice(0, 9), two.slice(9)], [three, "10.0.0.4:8101:rack4:dc1:0"]] });
  assertEquals(await ask(providerFor(server, "TXT")), [one, two, three, "10.0.0.4:8101:rack4:dc1:0"]);
  assertEquals(server.askedOverTcp, 0);
});

Deno.test("DnsProvider gets the whole of an answer that was cut short", async () => {
  await using server = new DnsServer();
  const many = Array.from({ length: 60 }, (_, i) => `10.0.0.${i}:8101:rack${i}:dc1:${i}`);
  server.zones.set(NAME, { TXT: many.map((record) => [record]) });
  assertEquals(await ask(providerFor(server, "TXT")), many);
  assertEquals(server.askedOverTcp, 1);
});

Deno.test("DnsProvider reads A and AAAA records as equal nodes, each a rack of its own", async () => {
  await using server = new DnsServer();
  server.zones.set(NAME, { A: ["10.0.0.1", "10.0.0.2", "10.0.0.3"], AAAA: ["fd00::2"] });
  assertEquals((await ask(providerFor(server, "A"))).toSorted(), [
    "10.0.0.2:8101:10.0.0.2:dc1:0",
    "10.0.0.3:8101:10.0.0.3:dc1:0",
  ]);
  assertEquals(await ask(providerFor(server, "AAAA")), ["[fd00::2]:8101:fd00--2:dc1:0"]);
});

Deno.test("DnsProvider says what is missing: the name, records of the type, a server that can answer", async () => {
  await using server = new DnsServer();
  server.zones.set(NAME, { A: ["10.0.0.1"] });
  await assertRejects(() => ask(providerFor(server, "TXT", "other.test")), Error, "other.test has no TXT record");
  await assertRejects(() => ask(providerFor(server, "TXT")), Error, `${NAME} has no TXT record`);
  await assertRejects(() => ask(providerFor(server, "AAAA")), Error, `${NAME} has no AAAA record`);
  server.mode = "fails";
  await assertRejects(() => ask(providerFor(server, "A")), Error, NAME);
});
