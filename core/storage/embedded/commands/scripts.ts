/**
 * Scripts and functions, which this engine does not have: what asks about them or clears them is answered as by a Redis that
 * holds none, so that tools which do so on start or in clean-up go on. Running one gets the engine's "does not support".
 */
import { decodeToZero } from "../../../bytes.ts";
import { type Call, CommandError, type Handler } from "../call.ts";

const nothingRuns = "NOTBUSY No scripts in execution right now.";

function scriptFlush(call: Call): void {
  const word = call.argCount === 3 ? call.word(2) : "sync";
  if (call.argCount > 3 || (word !== "sync" && word !== "async")) {
    throw new CommandError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
  }
  call.out.status("OK");
}

function scriptExists(call: Call): void {
  call.out.array(call.argCount - 2);
  for (let i = 2; i < call.argCount; i++) call.out.integer(0);
}

function functionFlush(call: Call): void {
  if (call.argCount > 3) {
    throw new CommandError("ERR unknown subcommand or wrong number of arguments for 'FLUSH'. Try FUNCTION HELP.");
  }
  const word = call.argCount === 3 ? call.word(2) : "sync";
  if (word !== "sync" && word !== "async") {
    throw new CommandError("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
  }
  call.out.status("OK");
}

function functionList(call: Call): void {
  for (let i = 2; i < call.argCount; i++) {
    const word = call.word(i);
    if (word === "withcode") continue;
    if (word !== "libraryname") throw new CommandError(`ERR Unknown argument ${decodeToZero(call.arg(i))}`);
    if (++i >= call.argCount) throw new CommandError("ERR library name argument was not given");
  }
  call.out.array(0);
}

function functionDelete(): void {
  throw new CommandError("ERR Library not found");
}

function kill(): void {
  throw new CommandError(nothingRuns);
}

export const scriptCommands: Record<string, Handler> = {
  "script|flush": scriptFlush,
  "script|exists": scriptExists,
  "script|kill": kill,
  "function|flush": functionFlush,
  "function|list": functionList,
  "function|delete": functionDelete,
  "function|kill": kill,
};
