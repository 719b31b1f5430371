/** The recorded traffic between C Dynomite nodes, ready to feed to parsers. */
import captures from "../fixtures/dnode_captures.json" with { type: "json" };

/** A message as an independent decoder found it. */
export interface CapturedMessage {
  readonly id: number;
  readonly type: number;
  readonly sameDatacenter: boolean;
  readonly payloadBytes: number;
}

/** One direction of one link, from its first byte to its last. */
export interface CapturedStream {
  readonly name: string;
  readonly protocol: "redis" | "memcached";
  /** Requests come from who opened the link, replies from who listens. */
  readonly from: "initiator" | "listener";
  readonly bytes: Uint8Array;
  readonly messages: readonly CapturedMessage[];
}

function expand(parts: readonly (string | number[])[]): Uint8Array {
  const bytes: number[] = [];
  for (const part of parts) {
    if (typeof part === "string") { for (const pair of part.match(/../g) ?? []) bytes.push(parseInt(pair, 16)); }
    else for (let i = 0; i < part[1]!; i++) bytes.push(97 + (part[0]! + i) % 26);
  }
  return Uint8Array.from(bytes);
}

export const capturedStreams: readonly CapturedStream[] = captures.scenarios.flatMap((
  { scenario, protocol, streams },
) =>
  streams.map(({ link, from, bytes, messages }) => ({
    name: `${scenario}, ${link}, ${from}`,
    protocol: protocol as "redis" | "memcached",
    from: from as "initiator" | "listener",
    bytes: expand(bytes as (string | number[])[]),
    messages: (messages as number[][]).map(([id, type, same, payloadBytes]) => ({
      id: id!,
      type: type!,
      sameDatacenter: same === 1,
      payloadBytes: payloadBytes!,
    })),
  }))
);
