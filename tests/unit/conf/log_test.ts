import { assertEquals, assertMatch } from "@std/assert";
import { formatJson, formatText, Log, type LogOutput } from "../../../conf/log.ts";

/** Keeps the lines. */
function memoryOutput(): LogOutput & { lines: string[] } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line), reopen: () => false, close() {} };
}

function logAll(log: Log): void {
  log.error("an error");
  log.warn("a warning");
  log.notice("a notice");
  log.info("a fact");
  log.debug("a detail");
}

Deno.test("Log shows the lines of C Dynomite's levels", () => {
  const shown = [0, 1, 3, 4, 5, 6, 7, 11].map((level) => {
    const output = memoryOutput();
    const log = new Log(output, level, "text");
    logAll(log);
    log.close();
    return output.lines.length;
  });
  assertEquals(shown, [0, 1, 1, 2, 3, 4, 5, 5]);
});

Deno.test("Log.level changes what is shown from then on, and stays within 0 and 11", () => {
  const output = memoryOutput();
  const log = new Log(output, 5, "text");
  log.info("hidden");
  log.level++;
  log.info("shown");
  assertEquals(output.lines.map((line) => line.slice(26)), ["info: shown\n"]);
  log.level = 12;
  assertEquals(log.level, 11);
  log.level = -1;
  assertEquals(log.level, 0);
  log.close();
});

Deno.test("Log writes text as it is, braces too", () => {
  const output = memoryOutput();
  const log = new Log(output, 5, "json");
  log.notice('key {user} said "hi"\n');
  log.close();
  log.notice("after the end");
  assertEquals(output.lines.length, 1);
  const { time, level, text } = JSON.parse(output.lines[0]!);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals([level, text], ["notice", 'key {user} said "hi"\n']);
});

Deno.test("formatText() keeps a line one line", () => {
  const record = { timestamp: 0, properties: { severity: "warn", text: "a\nb\r\x1b[1m" } };
  assertMatch(formatText(record), /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] warn: a\\x0ab\\x0d\\x1b\[1m\n$/);
});

Deno.test("formatJson() has the time in UTC", () => {
  const record = { timestamp: 86400000, properties: { severity: "error", text: "x" } };
  assertEquals(formatJson(record), '{"time":"1970-01-02T00:00:00.000Z","level":"error","text":"x"}\n');
});
