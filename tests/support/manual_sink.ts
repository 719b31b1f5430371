import { ByteWriter, decode } from "../../core/bytes.ts";
import type { Protocol } from "../../core/protocol.ts";
import { type Request, Routing } from "../../core/request.ts";
import type { Client, RequestSink } from "../../core/request_sink.ts";
import type { NodeView } from "../../core/node_view.ts";
import { TestSlot } from "./test_slot.ts";

/** A request that waits for its answer. */
export interface WaitingRequest {
  readonly line: string;
  readonly client: Client;
  /** The reply without its line end; "" for none at all. */
  reply(text: string): void;
}

/** Stands where the pipeline does: local commands are answered at once, the others by `answer` or when the test says so. */
export class ManualSink implements RequestSink {
  /** Every line submitted. */
  readonly lines: string[] = [];
  /** Those without an answer yet, oldest first. */
  readonly waiting: WaitingRequest[] = [];
  answer: (line: string) => string | undefined = () => undefined;
  readonly #protocol: Protocol;
  readonly #node: NodeView;

  constructor(protocol: Protocol, node: NodeView) {
    this.#protocol = protocol;
    this.#node = node;
  }

  submit(request: Request, client: Client): void {
    const line = decode(request.bytes, request.start, request.end).trimEnd();
    this.lines.push(line);
    const slot = new TestSlot();
    client.replies.push(slot);
    if (request.command.routing === Routing.Local || request.command.routing === Routing.Refused) {
      const out = new ByteWriter();
      const after = this.#protocol.answer(request, client.session, this.#node, out);
      slot.settle(client.replies, decode(out.take()));
      client.end(after);
      return;
    }
    const waiting: WaitingRequest = {
      line,
      client,
      reply: (text) => {
        this.waiting.splice(this.waiting.indexOf(waiting), 1);
        slot.settle(client.replies, text === "" ? "" : `${text}\n`);
      },
    };
    this.waiting.push(waiting);
    const answer = this.answer(line);
    if (answer !== undefined) waiting.reply(answer);
  }
}
