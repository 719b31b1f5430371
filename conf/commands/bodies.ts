/** What the stats port answers, as far as the commands use it. Fields they do not know pass. */
import { array, boolean, type InferOutput, looseObject, nullable, number, record, string, unknown } from "valibot";

const ringNode = looseObject({
  name: string(),
  host: string(),
  port: number(),
  tokens: array(string()),
  ownership_percent: number(),
  state: string(),
  self: boolean(),
});

/** `/topology`. */
export const topologyBody = looseObject({
  version: number(),
  hash: string(),
  hash_tag: nullable(string()),
  datacenters: array(
    looseObject({ name: string(), racks: array(looseObject({ name: string(), nodes: array(ringNode) })) }),
  ),
});

/** `/owner`. */
export const ownerBody = looseObject({
  key: string(),
  hashed: nullable(string()),
  token: string(),
  owners: array(
    looseObject({
      datacenter: string(),
      rack: string(),
      name: string(),
      host: string(),
      port: number(),
      token: string(),
      state: string(),
      self: boolean(),
    }),
  ),
  reads: array(string()),
  why: string(),
});

const link = looseObject({ connected: boolean(), in_queue: number(), out_queue: number(), in_queue_bytes: number() });

/** `/peers`. */
export const peersBody = array(
  looseObject({
    name: string(),
    host: string(),
    port: number(),
    datacenter: string(),
    rack: string(),
    state: string(),
    phi: nullable(number()),
    last_error: nullable(string()),
    last_heard_ms_ago: nullable(number()),
    links: array(link),
    requests: number(),
    timeouts: number(),
    failures: number(),
  }),
);

/** `/info`. */
export const infoBody = record(string(), unknown());

export type RingNode = InferOutput<typeof ringNode>;
export type TopologyBody = InferOutput<typeof topologyBody>;
export type OwnerBody = InferOutput<typeof ownerBody>;
export type PeersBody = InferOutput<typeof peersBody>;
export type InfoBody = InferOutput<typeof infoBody>;
