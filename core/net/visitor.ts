/**
 * Who connects to this node: a client, or another node. What differs between them on the way in; the rest, one connection
 * that reads, submits and answers in order, is the same (client_connection.ts).
 */
import type { NodeView } from "../node_view.ts";
import type { GossipReceiver } from "../gossip_port.ts";
import { type Accounts, ClientReplyQueue, type QueueOwner } from "./client_reply_queue.ts";
import type { PeerCodec } from "../peer_codec.ts";
import type { ParserLimits, Protocol, RequestParser } from "../protocol.ts";
import type { Output, ReplyQueue, ReplyQueueParts } from "../reply_queue.ts";
import type { Session } from "../session.ts";
import type { QueueGauges } from "../upstream_stats.ts";
import { PeerReplyQueue } from "./peer_reply_queue.ts";
import { PeerRequestParser } from "./peer_request_parser.ts";
import { countWaitingRequests } from "./waiting_requests.ts";
import { writeGossip } from "./gossip_payload.ts";

export interface Visitor {
  /** For logs. */
  readonly noun: "client" | "peer";
  readonly session: Session;
  readonly parser: RequestParser;
  /** It says something now and then as long as it is there: silence means that it is gone. */
  readonly probes: boolean;
  createReplies(out: Output, owner: QueueOwner, parts: ReplyQueueParts): ReplyQueue;
  /** What waits for this node, with `input[start, end)` read and not parsed, and what waits for its answer. */
  queues?(input: Uint8Array, start: number, end: number): QueueGauges;
}

/** A client that speaks the protocol of `accounts`, which get what it asks for. */
export function clientVisitor(accounts: Accounts, node: NodeView, limits: ParserLimits): Visitor {
  const { protocol } = accounts;
  const session = protocol.createSession(node);
  const parser = protocol.createRequestParser(limits, session);
  return {
    noun: "client",
    probes: false,
    session,
    parser,
    createReplies: (out, owner, parts) => new ClientReplyQueue(accounts, parser.request, session, out, owner, parts),
  };
}

/** Another node: it was let in by whoever let it reach the port, and says with each request which form of reply it wants. */
export function peerVisitor(
  protocol: Protocol,
  codec: PeerCodec,
  node: NodeView,
  limits: ParserLimits,
  gossip?: GossipReceiver,
): Visitor {
  let out: Output | undefined;
  let replies: PeerReplyQueue | undefined;
  const answer = (payload: Uint8Array) => {
    if (out === undefined) return;
    writeGossip(codec, payload, out);
    out.mark();
  };
  const parser = new PeerRequestParser(
    codec,
    protocol.createRequestParser(limits),
    gossip && ((bytes, start, end) => gossip.receive(bytes, start, end, answer)),
  );
  const session = protocol.createSession(node);
  session.admitted = true;
  Object.defineProperty(session, "dialect", { get: () => parser.dialect, set: () => {} });
  return {
    noun: "peer",
    // C Dynomite does not.
    get probes() {
      return parser.modern;
    },
    session,
    parser,
    createReplies: (output, owner, parts) => {
      out = output;
      return replies = new PeerReplyQueue(codec, parser, output, owner, parts);
    },
    queues: (input, start, end) => ({
      in_queue: countWaitingRequests(codec, input, start, end),
      in_queue_bytes: end - start,
      out_queue: replies?.count ?? 0,
      out_queue_bytes: replies?.requestBytes ?? 0,
    }),
  };
}
