import { assertEquals } from "@std/assert";
import { moveLogLevel, setLogLevel } from "../../../../core/admin/log_level.ts";

Deno.test("setLogLevel() takes the numbers of -v and nothing else", async () => {
  const control = { level: 5 };
  for (const [written, level] of [["0", 0], ["7", 7], ["11", 11]] as const) {
    const answer = setLogLevel(control, written);
    assertEquals([answer.status, await answer.text(), control.level], [200, "OK\r\n", level]);
  }
  for (const written of ["12", "-1", "99999999999", "debug", "", "1.5", "0x1"]) {
    const answer = setLogLevel(control, written);
    assertEquals([answer.status, (await answer.text()).includes("from 0 to 11"), control.level], [400, true, 11]);
  }
});

Deno.test("moveLogLevel() goes one step and stays within the levels", () => {
  const control = { level: 10 };
  const move = (by: 1 | -1) => {
    assertEquals(moveLogLevel(control, by).status, 200);
    return control.level;
  };
  assertEquals([move(1), move(1), move(-1)], [11, 11, 10]);
  control.level = 0;
  assertEquals(move(-1), 0);
});

Deno.test("setLogLevel() and moveLogLevel() say when the log is not theirs to change", () => {
  assertEquals([setLogLevel(undefined, "5").status, moveLogLevel(undefined, 1).status], [409, 409]);
});
