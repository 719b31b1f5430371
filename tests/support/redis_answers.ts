/** One Redis client's connection to a node that is not there: what the node would say by itself, to one command after another. */
import { ByteWriter } from "../../core/bytes.ts";
import type { ClientView } from "../../core/node_view.ts";
import type { After } from "../../core/protocol.ts";
import { answer } from "../../protocols/redis/answer.ts";
import { RedisSession } from "../../protocols/redis/session.ts";
import { RecordingLogger } from "./recording_logger.ts";
import { requestOf, table } from "./redis_requests.ts";
import { latin1 } from "./resp_value.ts";
import { SimClock } from "./sim_clock.ts";
import { TestNodeView } from "./test_node_view.ts";

export class RedisAnswers {
  readonly clock = new SimClock();
  readonly logger = new RecordingLogger();
  readonly node = new TestNodeView(this.clock, this.logger);
  readonly session: RedisSession;
  /** What the connection was told to do after the last answer. */
  after: After | undefined;
  /** Ids of clients that were closed. */
  readonly closed: number[] = [];

  constructor(password?: string) {
    this.node.password = password;
    this.session = new RedisSession(this.node);
    this.open(this.session);
  }

  /** Another client of the node; the first one is this. Ids are 1, 2, ... */
  open(session = new RedisSession(this.node)): RedisSession {
    const id = this.node.open.length + 1;
    const client: ClientView = {
      id,
      remote: `10.0.0.${id}:500${id}`,
      local: "10.0.0.9:8102",
      session,
      connectedAt: this.clock.now(),
      lastRequestAt: this.clock.now(),
      lastCommand: "ping",
      pendingRequests: 0,
      outputBytes: 0,
      close: () => this.closed.push(id),
    };
    this.node.open.push(client);
    return session;
  }

  /** The reply to these words, each byte one character. */
  ask(...words: string[]): string {
    const out = new ByteWriter();
    this.after = answer(requestOf(...words), this.session, this.node, table, out);
    return latin1(out.take());
  }
  /** The same for words in blanks. */
  line(line: string): string {
    return this.ask(...line.split(" "));
  }
}

/** A bulk string. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
/** Bulk strings in an array. */
export function bulks(...texts: string[]): string {
  return `*${texts.length}\r\n${texts.map(bulk).join("")}`;
}
