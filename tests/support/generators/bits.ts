/** Bit commands. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => ["SETBIT", choose.key("string"), offset(choose), choose.of(["0", "1", "1", "2", "x"])],
  (choose) => ["GETBIT", choose.key("string"), offset(choose)],
  (choose) => ["BITCOUNT", choose.key("string"), ...range(choose)],
  (choose) => ["BITPOS", choose.key("string"), choose.onceIn(12) ? choose.number() : choose.below(2), ...range(choose)],
  bitop,
  (choose) => ["BITFIELD", choose.key("string"), ...choose.some(0, 4, () => operation(choose)).flat()],
  (choose) => ["BITFIELD_RO", choose.key("string"), ...choose.some(0, 3, () => readOperation(choose)).flat()],
];

export function bits(choose: Choose): Args {
  return choose.of(commands)(choose);
}

function offset(choose: Choose): string {
  if (choose.onceIn(15)) return choose.of(["-1", "abc", "4294967296", "", "9223372036854775807", "1.5"]);
  return String(choose.below(200));
}

/** Start and end, one of them, or none, with a unit at times. */
function range(choose: Choose): Arg[] {
  switch (choose.below(6)) {
    case 0:
      return [];
    case 1:
      return [choose.index()];
    case 2:
      return [choose.index(), choose.index()];
    case 3:
      return [choose.below(300) - 100, choose.below(300) - 100, choose.word("BIT")];
    default:
      return [choose.index(), choose.index(), choose.word(choose.of(["BYTE", "BIT", "BIT", "BITS"]))];
  }
}

function bitop(choose: Choose): Args {
  const operator = choose.word(choose.of(["AND", "OR", "XOR", "NOT", "NOT", "NAND"]));
  const most = operator.toUpperCase() === "NOT" && !choose.onceIn(6) ? 1 : 3;
  return ["BITOP", operator, choose.key("string"), ...choose.some(1, most, () => choose.key("string"))];
}

function fieldType(choose: Choose): string {
  if (choose.onceIn(12)) return choose.of(["u64", "i65", "u0", "x8", "u", "", "i-1", "I8", "u08"]);
  return choose.of(["u8", "i8", "u1", "i5", "u16", "i32", "u63", "i64", "u3"]);
}

function fieldOffset(choose: Choose): string {
  if (choose.onceIn(15)) return choose.of(["-1", "#-1", "#", "abc", "#99999999999", "4294967296"]);
  return choose.onceIn(3) ? `#${choose.below(6)}` : String(choose.below(70));
}

function readOperation(choose: Choose): Arg[] {
  return choose.onceIn(15) ? operation(choose) : [choose.word("GET"), fieldType(choose), fieldOffset(choose)];
}

function operation(choose: Choose): Arg[] {
  switch (choose.below(5)) {
    case 0:
      return [choose.word("OVERFLOW"), choose.word(choose.of(["WRAP", "SAT", "FAIL", "OTHER"]))];
    case 1:
      return [choose.word("GET"), fieldType(choose), fieldOffset(choose)];
    case 2:
      return [choose.word("SET"), fieldType(choose), fieldOffset(choose), operand(choose)];
    default:
      return [choose.word("INCRBY"), fieldType(choose), fieldOffset(choose), operand(choose)];
  }
}

function operand(choose: Choose): string {
  return choose.onceIn(3) ? String(choose.below(70_000) - 35_000) : choose.number();
}
