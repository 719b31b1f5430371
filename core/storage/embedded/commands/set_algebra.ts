/** Commands that combine several sets. */
import { countFrom } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { differenceOf, intersectionOf, type Operand, type Selection, unionOf } from "../set_algebra.ts";
import { writeMembers } from "./sets.ts";

/** What an operation makes of its sets; undefined where nothing can come of it. */
type Combine = (operands: readonly Operand[]) => Selection | undefined;

/** The sets named by arguments [first, end). All are looked at, so that one of another type is an error wherever it stands. */
function readOperands(call: Call, first: number, end: number): Operand[] {
  const { sets, keyspace } = call.engine;
  const operands: Operand[] = [];
  for (let i = first; i < end; i++) {
    const id = sets.find(call.arg(i));
    operands.push({ id, size: keyspace.count });
  }
  return operands;
}

function show(combine: Combine): Handler {
  return (call) => {
    const selection = combine(readOperands(call, 1, call.argCount));
    const rows = selection === undefined ? [] : call.engine.setAlgebra.members(selection);
    call.out.set(rows.length);
    writeMembers(call, rows);
  };
}

function store(combine: Combine): Handler {
  return (call) => {
    const { setAlgebra, keyspace } = call.engine;
    const selection = combine(readOperands(call, 2, call.argCount));
    const count = selection === undefined ? 0 : setAlgebra.store(selection, keyspace.nextId);
    keyspace.replace(call.arg(1), KeyType.Set, count);
    call.out.integer(count);
  };
}

function sintercard(call: Call): void {
  const keys = countFrom(call, 1, 1, "ERR numkeys should be greater than 0");
  if (keys > call.argCount - 2) throw new CommandError("ERR Number of keys can't be greater than number of args");
  let limit = 0;
  for (let i = 2 + keys; i < call.argCount; i += 2) {
    if (call.word(i) !== "limit" || i + 1 >= call.argCount) throw new CommandError(syntaxError);
    limit = countFrom(call, i + 1, 0, "ERR LIMIT can't be negative");
  }
  const selection = intersectionOf(readOperands(call, 2, 2 + keys));
  const unlimited = limit === 0 ? -1 : limit;
  call.out.integer(selection === undefined ? 0 : call.engine.setAlgebra.count(selection, unlimited));
}

export const setAlgebraCommands: Record<string, Handler> = {
  sinter: show(intersectionOf),
  sunion: show(unionOf),
  sdiff: show(differenceOf),
  sinterstore: store(intersectionOf),
  sunionstore: store(unionOf),
  sdiffstore: store(differenceOf),
  sintercard,
};
