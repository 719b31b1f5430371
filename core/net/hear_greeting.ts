/** The replies to the first words on a link to an engine or peer. */
import { decode } from "../bytes.ts";
import { type Greeting, INCOMPLETE, INVALID } from "../protocol.ts";
import { ReplyKind } from "../reply.ts";
import type { Connection } from "../transport.ts";
import type { LinkFraming } from "./link_framing.ts";
import type { ReadBuffer } from "./read_buffer.ts";

/** The other side answered what must succeed with an error. */
export class GreetingRefused extends Error {
  override readonly name = "GreetingRefused";
  constructor(readonly problem: string) {
    super(`it refused the greeting: ${problem}`);
  }
}

/** Waits for all of them; false when the stream ends before. Throws when they are refusals, or no replies at all. */
export async function hearGreeting(
  connection: Connection,
  input: ReadBuffer,
  framing: LinkFraming,
  { replies, mustSucceed }: Greeting,
): Promise<boolean> {
  for (let left = replies; left > 0;) {
    if (await input.fill(connection, 0) === null) return false;
    while (left > 0 && input.start < input.end) {
      const next = framing.parse(input.bytes, input.start, input.end);
      if (next === INCOMPLETE) break;
      if (next === INVALID) throw new Error(`it does not speak the protocol: ${framing.problem}`);
      const { reply } = framing;
      input.start = next;
      if (reply.kind === ReplyKind.Push) continue;
      left--;
      if (reply.kind !== ReplyKind.Error || !mustSucceed) continue;
      throw new GreetingRefused(decode(reply.bytes, reply.start, reply.end).trim());
    }
  }
  return true;
}
