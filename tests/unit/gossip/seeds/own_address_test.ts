import { assertEquals } from "@std/assert";
import { namesFromEnvironment, ownAddresses } from "../../../../gossip/seeds/own_address.ts";
import type { SeedVariable } from "../../../../gossip/seeds/variables.ts";

Deno.test("ownAddresses() knows the address that is listened on, and the names it was given", () => {
  const isOwn = ownAddresses({ host: "10.0.0.1", port: 8101 }, ["Node1.Example"], () => ["10.0.0.7"]);
  const own = (host: string, port = 8101) => isOwn(host, port);
  assertEquals([own("10.0.0.1"), own("node1.EXAMPLE"), own("10.0.0.1", 8102)], [true, true, false]);
  // Another program may listen on the machine's other addresses.
  assertEquals([own("10.0.0.7"), own("127.0.0.1"), own("10.0.0.2")], [false, false, false]);
});

Deno.test("ownAddresses() knows every address of the machine where all are listened on, as they are now", () => {
  const interfaces = ["127.0.0.1", "10.0.0.7", "fd00::7"];
  const isOwn = ownAddresses({ host: "0.0.0.0", port: 8101 }, [], () => interfaces);
  const own = (host: string) => isOwn(host, 8101);
  assertEquals(["10.0.0.7", "fd00::7", "127.0.0.9", "localhost", "10.0.0.8"].map(own), [true, true, true, true, false]);
  interfaces.push("10.0.0.8");
  assertEquals(own("10.0.0.8"), true);
});

Deno.test("namesFromEnvironment() reads the variables of EC2 for aws, the plain ones for anything else", () => {
  const read = (name: SeedVariable) =>
    name === "LOCAL_IPV4" || name === "EC2_LOCAL_IPV4" ? undefined : name.toLowerCase();
  assertEquals(namesFromEnvironment("aws", read), ["ec2_public_hostname", "ec2_public_ipv4"]);
  assertEquals(namesFromEnvironment("network", read), ["public_hostname", "public_ipv4"]);
});
