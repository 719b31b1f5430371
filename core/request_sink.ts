import type { After } from "./protocol.ts";
import type { ReplyQueue } from "./reply_queue.ts";
import type { Request } from "./request.ts";
import type { Session } from "./session.ts";
import type { Stats } from "./stats.ts";

/** Where a request came from, as the pipeline sees it: the place its answer goes to. */
export interface Client {
  readonly session: Session;
  readonly replies: ReplyQueue;
  /** Counts what it and its like ask. */
  readonly stats: Stats;
  /** `host:port` it connected from. */
  readonly remote: string;
  /** Ends the connection once all answers are sent (Close), or at once (Drop). */
  end(after: After): void;
}

/** The pipeline's door. The request's bytes are lent until the call returns; its answer arrives in `client.replies`, in order. */
export interface RequestSink {
  submit(request: Request, client: Client): void;
}
