import type { LentText, SlowLog } from "../../core/slow_log.ts";
import { textRoom, writeText } from "../../core/request_text.ts";
import { redisRequest } from "./redis_request.ts";

/** Logs a request as slow, as a client's queue does. */
export function logSlow(
  log: SlowLog,
  durationUs: number,
  words: readonly [string, ...string[]],
  client = "10.0.0.1:1",
  clientName = "",
): void {
  const request = redisRequest(...words);
  const bytes = new Uint8Array(textRoom(request));
  const text: LentText = { bytes, start: 0, end: writeText(request, bytes, 0), argCount: request.argCount };
  log.add(durationUs, request.command.id, text, client, clientName);
  bytes.fill(0);
}
