import { assertEquals } from "@std/assert";
import { fillText, withFacts } from "../../../core/logger.ts";
import { RecordingLogger } from "../../support/recording_logger.ts";

Deno.test("fillText() fills placeholders once, and leaves what is none", () => {
  assertEquals(
    fillText("{peer} says {what} {} {0}", { peer: "{what}", what: "$& {peer}" }),
    "{what} says $& {peer} {} {0}",
  );
  assertEquals(fillText("{toString} {gone}", { gone: undefined }), "{toString} {gone}");
  assertEquals(fillText("{no}"), "{no}");
  assertEquals(fillText("{long}", { long: "x".repeat(5000) }).length, 1003);
});

Deno.test("withFacts() adds facts to every line, those of the line first", () => {
  const logger = new RecordingLogger();
  const of = withFacts(logger, { category: "peers", rack: "r1" });
  of.error("e");
  of.warn("w {rack}", { rack: "r2" });
  of.notice("n {rack}");
  of.info("i");
  of.debug("d");
  assertEquals(logger.lines, ["error: e", "warn: w r2", "notice: n r1", "info: i", "debug: d"]);
  assertEquals(logger.fields[1], { category: "peers", rack: "r2" });
});
