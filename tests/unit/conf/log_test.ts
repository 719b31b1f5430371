import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { formatJson, formatText, lineWriter, Log, type LogOutput } from "../../../conf/log.ts";
import { withFacts } from "../../../core/logger.ts";

/** Keeps the lines, unless it is full. */
function memoryOutput(): LogOutput & { lines: string[]; full: boolean } {
  const lines: string[] = [];
  return {
    lines,
    full: false,
    write(line) {
      if (this.full) throw new Error("no space left");
      lines.push(line);
    },
    reopen: () => false,
    close() {},
  };
}

function logAll(log: Log): void {
  log.error("an error");
  log.warn("a warning");
  log.notice("a notice");
  log.info("a fact");
  log.debug("a detail");
}

/** A record as LogTape makes it. */
function record(text: string, facts = {}, timestamp = 0) {
  return { timestamp, category: ["dynomite", "peers"], properties: { severity: "warn", text, facts } };
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
  const { time, level, category, message } = JSON.parse(output.lines[0]!);
  assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assertEquals([level, category, message], ["notice", "dynomite", 'key {user} said "hi"\n']);
});

Deno.test("Log fills the text with its facts, which are fields of the JSON line too", () => {
  const text = memoryOutput();
  const facts = { peer: "10.0.0.7:8101", count: 3, rack: undefined };
  let log = new Log(text, 5, "text");
  log.warn("{peer} missed {count} writes in {rack}", facts);
  log.close();
  assertEquals(text.lines.map((line) => line.slice(26)), ["warn: 10.0.0.7:8101 missed 3 writes in {rack}\n"]);
  const json = memoryOutput();
  log = new Log(json, 5, "json");
  withFacts(log, { category: "peers", rack: "r1" }).warn("{peer} missed {count} writes", { ...facts, rack: "r2" });
  log.close();
  const { time: _, ...line } = JSON.parse(json.lines[0]!);
  assertEquals(line, {
    level: "warn",
    category: "dynomite.peers",
    message: "10.0.0.7:8101 missed 3 writes",
    peer: "10.0.0.7:8101",
    count: 3,
    rack: "r2",
  });
});

Deno.test("Log loses lines that cannot be written, and says so when they can again", () => {
  const output = memoryOutput();
  const log = new Log(output, 5, "json");
  log.notice("first");
  output.full = true;
  log.notice("second");
  log.notice("third");
  output.full = false;
  log.notice("fourth");
  log.close();
  const lines = output.lines.map((line) => JSON.parse(line));
  assertEquals(lines.map(({ message }) => message), [
    "first",
    "2 lines of the log are lost, they could not be written: no space left",
    "fourth",
  ]);
  assertEquals([lines[1].level, lines[1].count, lines[1].reason], ["error", 2, "no space left"]);
});

Deno.test("lineWriter() ends a line that broke off before it begins the next", () => {
  let room = 8;
  let written = "";
  const file = {
    writeSync(bytes: Uint8Array): number {
      const taken = Math.min(3, room, bytes.length);
      if (taken === 0) throw new Error("no space left");
      room -= taken;
      written += new TextDecoder().decode(bytes.subarray(0, taken));
      return taken;
    },
  };
  const write = lineWriter(file);
  write("one\n");
  let refused = 0;
  for (const line of ["second\n", "third\n"]) {
    try {
      write(line);
    } catch {
      refused++;
    }
  }
  room = 100;
  write("fourth\n");
  write("fifth\n");
  assertEquals([refused, written], [2, "one\nseco\nfourth\nfifth\n"]);
});

Deno.test("formatText() keeps a line one line, and a terminal as it is", () => {
  assertMatch(
    formatText(record("a\nb\r\x1b[1m \x9b2J \u2028 \u202egnp.exe \ud800")),
    /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\] warn: a\\x0ab\\x0d\\x1b\[1m \\x9b2J \\u\{2028\} \\u\{202e\}gnp.exe \\u\{d800\}\n$/,
  );
});

Deno.test("formatJson() has the time in UTC", () => {
  assertEquals(
    formatJson(record("x", { peer: "p" }, 86400000)),
    '{"time":"1970-01-02T00:00:00.000Z","level":"warn","category":"dynomite.peers","message":"x","peer":"p"}\n',
  );
});

Deno.test("formatJson() is one line of valid JSON whatever it is given, and no fact takes the place of its own fields", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.constant("\ud800\n\u2028\0"),
  );
  const facts = fc.dictionary(
    fc.oneof(fc.constantFrom("time", "level", "category", "message", "__proto__"), fc.string()),
    fc.oneof(hostile, fc.double(), fc.boolean(), fc.constant(undefined)),
  );
  fc.assert(
    fc.property(hostile, facts, (text, facts) => {
      const line = formatJson(record(text, facts));
      assertEquals(line.indexOf("\n"), line.length - 1);
      const read = JSON.parse(line);
      assertEquals([read.time, read.level, read.category, read.message.isWellFormed()], [
        "1970-01-01T00:00:00.000Z",
        "warn",
        "dynomite.peers",
        text.isWellFormed(),
      ]);
      if (text.isWellFormed()) assertEquals(read.message, text);
    }),
  );
});

Deno.test("formatJson() cuts a fact that is too long", () => {
  const line = formatJson(record("x", { reason: "y".repeat(1_000_000) }));
  assert(line.length < 2000, String(line.length));
});
