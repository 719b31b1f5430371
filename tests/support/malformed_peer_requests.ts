/** What was sent by hand to the peer port of a C Dynomite node, ready to be sent to ours. */
import fixture from "../fixtures/malformed_peer_requests.json" with { type: "json" };

/** Text is one byte for each character; `["j", 20]` is j twenty times. */
type Parts = readonly (string | readonly [string, number])[];

export interface MalformedRequest {
  readonly name: string;
  /** Each was sent by itself. */
  readonly pieces: readonly string[];
  /** What C answered. */
  readonly received: string;
  /** C kept the connection. */
  readonly open: boolean;
  /** C lived. */
  readonly alive: boolean;
  /** C answered a well-formed request on the same connection afterwards. */
  readonly served: boolean;
  /** The sender then closed its direction. */
  readonly ends: boolean;
}

const textOf = (parts: Parts) =>
  parts.map((part) => typeof part === "string" ? part : part[0].repeat(part[1])).join("");

export const malformedRequests: readonly MalformedRequest[] = fixture.cases.map((one) => {
  const pieces = (one.pieces as Parts[]).map(textOf);
  return {
    ...one,
    pieces: "cut" in one ? [...pieces.join("")] : pieces,
    ends: "ends" in one,
    received: textOf(one.received as Parts),
  };
});
