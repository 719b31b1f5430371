import { assertEquals } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { countWaitingRequests } from "../../../../core/net/waiting_requests.ts";
import { DnodeCodec } from "../../../../protocols/dnode/mod.ts";
import { message } from "../../../support/sim_peer_link.ts";

Deno.test("countWaitingRequests() counts requests that are there whole, and nothing else", () => {
  const get = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  const parts = [message(1, 3, get), message(2, 4, get), message(3, 5, "+OK\r\n"), message(4, 3, get)];
  const bytes = encode(parts.join(""));
  const codec = new DnodeCodec();
  assertEquals(countWaitingRequests(codec, bytes, 0, bytes.length), 3);
  assertEquals(countWaitingRequests(codec, bytes, 0, bytes.length - 1), 2, "the last one is cut");
  assertEquals(countWaitingRequests(codec, bytes, parts[0]!.length, bytes.length), 2);
  assertEquals(countWaitingRequests(codec, bytes, 0, 0), 0);
  assertEquals(countWaitingRequests(codec, new Uint8Array(100), 0, 100), 0, "no envelope at all");
});
