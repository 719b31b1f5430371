/** Commands on when a key expires. Expiry by the clock itself is tested apart: here nothing expires while a test runs. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => ["EXPIRE", choose.anyKey(), time(choose, choose.secondsFromNow()), ...conditions(choose)],
  (choose) => ["PEXPIRE", choose.anyKey(), time(choose, choose.millisecondsFromNow()), ...conditions(choose)],
  (
    choose,
  ) => [
    "EXPIREAT",
    choose.anyKey(),
    time(choose, choose.onceIn(8) ? choose.pastSeconds() : choose.futureSeconds()),
    ...conditions(choose),
  ],
  (
    choose,
  ) => [
    "PEXPIREAT",
    choose.anyKey(),
    time(choose, choose.onceIn(8) ? choose.pastSeconds() * 1000 : choose.futureMilliseconds()),
    ...conditions(choose),
  ],
  (choose) => [choose.of(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]), choose.anyKey()],
  (choose) => [choose.of(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]), choose.anyKey()],
  (choose) => ["PERSIST", choose.anyKey()],
];

export function expiry(choose: Choose): Args {
  return choose.of(commands)(choose);
}

/** One time of the far future and no more: to the embedded engine they are all one. */
function time(choose: Choose, sensible: number): Arg {
  if (!choose.onceIn(10)) return sensible;
  return choose.of([
    "0",
    "-1",
    "-1000",
    "abc",
    "",
    "9223372036854775807",
    "-9223372036854775808",
    "1.5",
  ]);
}

function conditions(choose: Choose): Arg[] {
  return choose.options(5, ["NX"], ["XX"], ["GT"], ["LT"], ...(choose.onceIn(20) ? [["ZZ"]] : []));
}
