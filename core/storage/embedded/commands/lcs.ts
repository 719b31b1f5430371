/**
 * LCS: the longest common subsequence of two strings, by the textbook table of lengths: `table[i, j]` is that of the first i
 * bytes of one and the first j of the other. Walking back from its last cell finds the bytes and the runs that match.
 */
import { type Call, CommandError, syntaxError } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { STRING_BYTES_MAX } from "../strings.ts";

/** Runs that match, four numbers each: start and end in the first string, start and end in the second. Last run first. */
type Runs = number[];

export function lcsCommand(call: Call): void {
  const a = readString(call, 1);
  const b = readString(call, 2);
  let lengthOnly = false;
  let indexes = false;
  let withLengths = false;
  let lengthMin = 0;
  for (let i = 3; i < call.argCount; i++) {
    const word = call.word(i);
    if (word === "idx") indexes = true;
    else if (word === "len") lengthOnly = true;
    else if (word === "withmatchlen") withLengths = true;
    else if (word === "minmatchlen" && i + 1 < call.argCount) lengthMin = Math.max(0, call.count(++i));
    else throw new CommandError(syntaxError);
  }
  if (indexes && lengthOnly) {
    throw new CommandError("ERR If you want both the length and indexes, please just use IDX.");
  }
  if ((a.length + 1) * (b.length + 1) * 4 > STRING_BYTES_MAX) {
    throw new CommandError("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
  }
  const table = lengthTable(a, b);
  const length = table[table.length - 1]!;
  if (lengthOnly) return call.out.integer(length);
  const common = new Uint8Array(length);
  const runs = walkBack(table, a, b, common);
  if (!indexes) return call.out.bulk(common);
  const shown: Runs = [];
  for (let i = 0; i < runs.length; i += 4) {
    if (runs[i + 1]! - runs[i]! + 1 >= lengthMin) shown.push(...runs.slice(i, i + 4));
  }
  writeRuns(call, shown, withLengths, length);
}

function readString(call: Call, index: number): Uint8Array {
  const { keyspace, strings } = call.engine;
  const key = call.arg(index);
  if (keyspace.find(key) === 0) return new Uint8Array(0);
  if (keyspace.type !== KeyType.String) throw new CommandError("ERR The specified keys must contain string values");
  return strings.get(key)!;
}

function lengthTable(a: Uint8Array, b: Uint8Array): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const at = i * width + j;
      table[at] = a[i - 1] === b[j - 1] ? table[at - width - 1]! + 1 : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}

function walkBack(table: Uint32Array, a: Uint8Array, b: Uint8Array, common: Uint8Array): Runs {
  const width = b.length + 1;
  const runs: Runs = [];
  let i = a.length;
  let j = b.length;
  let left = common.length;
  let runEndA = -1;
  let runEndB = -1;
  const close = () => {
    if (runEndA >= 0) runs.push(i, runEndA, j, runEndB);
    runEndA = -1;
  };
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      if (runEndA < 0) {
        runEndA = i - 1;
        runEndB = j - 1;
      }
      common[--left] = a[i - 1]!;
      i--;
      j--;
      continue;
    }
    close();
    if (table[(i - 1) * width + j]! > table[i * width + j - 1]!) i--;
    else j--;
  }
  close();
  return runs;
}

function writeRuns(call: Call, runs: Runs, withLengths: boolean, length: number): void {
  const { out } = call;
  out.map(2);
  out.bulkText("matches");
  out.array(runs.length / 4);
  for (let i = 0; i < runs.length; i += 4) {
    out.array(withLengths ? 3 : 2);
    for (let side = 0; side < 4; side += 2) {
      out.array(2);
      out.integer(runs[i + side]!);
      out.integer(runs[i + side + 1]!);
    }
    if (withLengths) out.integer(runs[i + 1]! - runs[i]! + 1);
  }
  out.bulkText("len");
  out.integer(length);
}
