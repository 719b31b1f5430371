import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode } from "../../../../core/bytes.ts";
import { PendingRequests } from "../../../../core/net/pending_requests.ts";
import type { Request } from "../../../../core/request.ts";
import { readText } from "../../../../core/request_text.ts";
import { SlowLog } from "../../../../core/slow_log.ts";
import { SimClock } from "../../../support/sim_clock.ts";
import { LineProtocol, lineRequest } from "../../../support/line_protocol.ts";

const TEXT_BYTES_MAX = 16 * 1024;

function slowLog(): SlowLog {
  return new SlowLog(new LineProtocol(), new SimClock(), { slowerThanUs: 10_000, lengthMax: 10 });
}
function requestOf(size: number, number: number): Request {
  return lineRequest(`put ${number} ${"v".repeat(size)}`);
}
const textOf = (pending: PendingRequests) =>
  pending.start < 0
    ? undefined
    : readText(pending.bytes, pending.start, pending.argCount).map((arg) => decode(arg)).join(" ");

Deno.test("PendingRequests gives back row and arguments in order, at any size and depth, within its bound", () => {
  const step = fc.record({ push: fc.boolean(), size: fc.oneof(fc.nat(60), fc.nat(400)) });
  fc.assert(fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
    const log = slowLog();
    const pending = new PendingRequests(log);
    const expected: { row: number; text: string }[] = [];
    let number = 0;
    const take = () => {
      const { row, text } = expected.shift()!;
      assertEquals(pending.row, row);
      // Far below the bound there is room for every text.
      assertEquals(textOf(pending), text);
      pending.shift();
    };
    for (const { push, size } of steps) {
      if (!push && expected.length > 0) take();
      else if (expected.length < 60) {
        const shown = size > 128 ? `${"v".repeat(128)}... (${size - 128} more bytes)` : "v".repeat(size);
        pending.push(number % 200, requestOf(size, number));
        expected.push({ row: number % 200, text: `put ${number} ${shown}`.trimEnd() });
        number++;
      }
      assert(log.textBytes <= TEXT_BYTES_MAX);
    }
    while (expected.length > 0) take();
    pending.close();
    assertEquals(log.textBytes, 0);
  }));
});

Deno.test("PendingRequests beyond its bound are remembered without their arguments, and those before them keep theirs", () => {
  const log = slowLog();
  const pending = new PendingRequests(log);
  const count = 1000;
  for (let i = 0; i < count; i++) pending.push(i, requestOf(100, i));
  assert(log.textBytes <= TEXT_BYTES_MAX);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    assertEquals(pending.row, i);
    const text = textOf(pending);
    if (text !== undefined) {
      assertEquals(text, `put ${i} ${"v".repeat(100)}`);
      kept++;
    }
    pending.shift();
  }
  assert(kept > 100 && kept < count, `${kept} texts were kept`);
  assert(log.textBytes <= 4096, "more than a little memory is held for nothing");
});

Deno.test("PendingRequests of all clients together have a bound", () => {
  const log = slowLog();
  Object.assign(log, { textBytesMax: 20 * 1024 });
  const clients = Array.from({ length: 50 }, () => new PendingRequests(log));
  for (const pending of clients) for (let i = 0; i < 30; i++) pending.push(1, requestOf(100, i));
  assert(log.textBytes <= 20 * 1024);
  assert(clients.some((pending) => pending.start < 0));
  for (const pending of clients) pending.close();
  assertEquals(log.textBytes, 0);
});

Deno.test("PendingRequests keep no arguments while nothing is logged, and cope with the switch in between", () => {
  const log = slowLog();
  const pending = new PendingRequests(log);
  pending.push(1, requestOf(1, 1));
  log.slowerThanUs = -1;
  pending.push(2, requestOf(1, 2));
  log.slowerThanUs = 0;
  pending.push(3, requestOf(1, 3));
  const seen: (string | undefined)[] = [];
  for (let i = 0; i < 3; i++) {
    seen.push(textOf(pending));
    pending.shift();
  }
  assertEquals(seen, ["put 1 v", undefined, "put 3 v"]);
});
