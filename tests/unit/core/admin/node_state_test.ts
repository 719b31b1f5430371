import { assertEquals } from "@std/assert";
import { changeState, showState } from "../../../../core/admin/node_state.ts";

Deno.test("showState() is C Dynomite's text", async () => {
  assertEquals(await showState("WRITES_ONLY").text(), "State: WRITES_ONLY\n");
});

Deno.test("changeState() puts the node in the state of the path, or says why not", async () => {
  const set: string[] = [];
  const willing = { setState: (state: string) => void set.push(state) as undefined };
  for (const name of ["standby", "writes_only", "resuming", "normal", "leaving"]) {
    const answer = changeState(willing, name);
    assertEquals([answer.status, await answer.text()], [200, "OK\r\n"]);
  }
  assertEquals(set, ["STANDBY", "WRITES_ONLY", "RESUMING", "NORMAL", "LEAVING"]);
  for (const name of ["joining", "down", "NORMAL", "toString", ""]) {
    const answer = changeState(willing, name);
    assertEquals(answer.status, 400, name);
    assertEquals(
      (await answer.text()).endsWith("accepted is one of standby, writes_only, resuming, normal, leaving\n"),
      true,
    );
  }
  const refusing = changeState({ setState: () => "there is nobody to tell" }, "leaving");
  assertEquals([refusing.status, await refusing.text(), set.length], [409, "there is nobody to tell\n", 5]);
});
