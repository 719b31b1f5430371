import { type ByteWriter, decode, SPACE } from "../../core/bytes.ts";
import type { LinkFraming } from "../../core/net/link_framing.ts";
import { Reply } from "../../core/reply.ts";
import type { Request } from "../../core/request.ts";
import { LineProtocol } from "./line_protocol.ts";

/** Lines with the number of their request in front, `#12 get k`: a stand-in for the envelope between nodes. */
export class NumberedFraming implements LinkFraming {
  readonly greeting = undefined;
  readonly numbered = true;
  readonly failure = undefined;
  readonly reply = new Reply();
  replyId = 0;
  readonly #parser = new LineProtocol().createReplyParser(1 << 20);

  get needed(): number {
    return this.#parser.needed;
  }
  get problem(): string {
    return this.#parser.problem;
  }
  parse(bytes: Uint8Array, frame: number, end: number): number {
    const next = this.#parser.parse(bytes, frame, end);
    if (next < 0) return next;
    const space = bytes.indexOf(SPACE, frame);
    this.replyId = Number(decode(bytes, frame + 1, space));
    this.reply.set(bytes, space + 1, next, this.#parser.reply.kind);
    return next;
  }
  reset(): void {
    this.#parser.reset();
  }
  writeHead(_request: Request, id: number, _payloadBytes: number, out: ByteWriter): void {
    out.ascii(`#${id} `);
  }
  writeProbe(id: number, out: ByteWriter): void {
    out.ascii(`#${id} ping\n`);
  }
}
