import { assertEquals } from "@std/assert";
import { orderPeer } from "../../../../core/admin/peer_orders.ts";

Deno.test("orderPeer() passes on what it knows, and says what it does not", async () => {
  const given: string[] = [];
  const node = {
    setPeer(name: string, order: string) {
      if (name === "nobody") return "no peer is called nobody";
      given.push(`${order} ${name}`);
      return undefined;
    },
  };
  const ask = async (order: string, name: string) => {
    const answer = orderPeer(node, order, name);
    return [answer.status, await answer.text()] as const;
  };
  for (const order of ["up", "down", "reset"]) assertEquals(await ask(order, "all"), [200, "OK\r\n"]);
  assertEquals(await ask("down", "nobody"), [400, "no peer is called nobody\n"]);
  assertEquals((await ask("other", "all"))[0], 400);
  assertEquals(given, ["up all", "down all", "reset all"]);
});
