/** The wire protocols by the name `data_store` gives them. */
import type { Protocol } from "../core/protocol.ts";
import { MemcachedProtocol } from "./memcached/mod.ts";
import { RedisProtocol } from "./redis/mod.ts";

export const protocols: Readonly<Record<string, Protocol>> = {
  redis: new RedisProtocol(),
  memcached: new MemcachedProtocol(),
};
