/**
 * What a command line asks for, once its words are cut: the row it matches, its key, what is not sent on, and how long a data
 * block follows. A line that is wrong gets the row of its error.
 *
 * Nothing may be sent on that the server could take for wrong where it was taken for right here: it would read the data block
 * as commands and answer more often than it was asked. So words it would ignore are cut, and numbers must be plain.
 *
 * `noreply` and the flag q are cut too: the server answers every request, so that its replies pair with the requests in order,
 * and whether the client hears of it is decided here.
 */
import { CR, LF } from "../../core/bytes.ts";
import type { Request } from "../../core/request.ts";
import { answers, findCommand, Form, httpRequest, type MemcachedCommand, metaGetWrite, Quiet } from "./commands.ts";
import { decodeBase64 } from "./base64.ts";
import { MetaFlags } from "./meta_flags.ts";
import { dataLength, isSigned32, isUnsigned32, isUnsigned64 } from "./numbers.ts";

export const KEY_BYTES_MAX = 250;
/** No data block follows. */
export const NO_DATA = -1;
/** Words of a meta command, its name and key included. */
const META_WORDS_MAX = 19;
const NOREPLY = "noreply";
const HTTP = "HTTP/";

export class CommandLine {
  /** Bytes of the data block that follows, without its line end; NO_DATA for none. */
  dataBytes = NO_DATA;
  /** Length of the decoded key at the beginning of `key`; 0 when the key stands in the request itself. */
  keyBytes = 0;
  readonly key = new Uint8Array(KEY_BYTES_MAX);
  readonly #flags = new MetaFlags();

  /**
   * Reads the words that `request` holds, and completes it: `command`, `keyArg`, `quiet`, the cut, and `argCount` without
   * the words that are cut. `hasControl`: there is a control character in the line, which keys may not have.
   */
  read(request: Request, hasControl: boolean): void {
    this.dataBytes = NO_DATA;
    this.keyBytes = 0;
    request.quiet = Quiet.Nothing;
    request.cutStart = request.cutEnd = 0;
    request.keyArg = 0;
    if (request.argCount === 0 || request.argEnd(0) - request.argStart(0) < 2) {
      request.command = answers.unknown;
      request.argCount = 1;
      request.setArg(0, 0, 0);
      return;
    }
    const command = findCommand(request.bytes, request.argStart(0), request.argEnd(0));
    if (command === undefined) {
      request.command = beginsWith(request, request.argCount - 1, HTTP) ? httpRequest : answers.unknown;
    } else if (hasControl) {
      request.command = answers.badFormat;
    } else {
      request.command = command;
      request.command = this.#check(request, command.form) ?? request.command;
    }
  }

  /** Returns the row that takes the place of the command's own, or undefined. */
  #check(request: Request, form: Form): MemcachedCommand | undefined {
    switch (form) {
      case Form.Retrieval:
        return this.#checkRetrieval(request, 1);
      case Form.RetrievalTouch:
        return this.#checkRetrieval(request, 2);
      case Form.Storage:
        return this.#checkStorage(request, 5);
      case Form.Cas:
        return this.#checkStorage(request, 6);
      case Form.Delete:
        return checkDelete(request);
      case Form.Arithmetic:
        return checkKeyAndNumber(request, isUnsigned64, answers.badDelta);
      case Form.Touch:
        return checkKeyAndNumber(request, isSigned32, answers.badExptime);
      case Form.FlushAll:
        return checkFlushAll(request);
      case Form.Verbosity:
        return checkVerbosity(request);
      case Form.MetaGet:
        return this.#checkMetaGet(request);
      case Form.MetaSet:
        return this.#checkMetaSet(request);
      case Form.MetaDelete:
        return this.#checkMetaDelete(request);
      case Form.MetaArithmetic:
        return this.#checkMetaArithmetic(request);
      case Form.MetaDebug:
        return this.#checkMetaDebug(request);
      default:
        return undefined;
    }
  }

  #checkRetrieval(request: Request, firstKey: number): MemcachedCommand | undefined {
    if (request.argCount < 2) return answers.unknown;
    if (firstKey === 2) {
      if (!isSigned32(request.bytes, request.argStart(1), request.argEnd(1))) return answers.badExptime;
      if (request.argCount === 2) return answers.nothing;
    }
    for (let arg = firstKey; arg < request.argCount; arg++) if (isTooLong(request, arg)) return answers.badFormat;
    request.keyArg = firstKey;
    return undefined;
  }

  /** `words` without noreply. */
  #checkStorage(request: Request, words: number): MemcachedCommand | undefined {
    const { bytes } = request;
    if (request.argCount !== words && request.argCount !== words + 1) return answers.unknown;
    readNoreply(request);
    if (isTooLong(request, 1)) return answers.badFormat;
    const length = dataLength(bytes, request.argStart(4), request.argEnd(4));
    if (
      length < 0 || !isUnsigned32(bytes, request.argStart(2), request.argEnd(2)) ||
      !isSigned32(bytes, request.argStart(3), request.argEnd(3)) ||
      (words === 6 && !isUnsigned64(bytes, request.argStart(5), request.argEnd(5)))
    ) return answers.badFormat;
    this.dataBytes = length;
    request.keyArg = 1;
    cutFrom(request, words);
    return undefined;
  }

  #checkMeta(request: Request, flagsTooLong: MemcachedCommand): MemcachedCommand | undefined {
    if (request.argCount < 2) return answers.unknown;
    if (isTooLong(request, 1)) return answers.badFormat;
    return request.argCount > META_WORDS_MAX ? flagsTooLong : undefined;
  }

  #checkMetaGet(request: Request): MemcachedCommand | undefined {
    const problem = this.#checkMeta(request, answers.getFlagsTooLong) ?? this.#readFlags(request, 2);
    if (problem !== undefined) return problem;
    if (this.#flags.opaqueTooLong(request)) return answers.opaqueTooLong;
    this.#accept(request, Quiet.Miss);
    const writes = this.#flags.has("T") || this.#flags.has("N") || this.#flags.has("R");
    return writes ? metaGetWrite : undefined;
  }

  #checkMetaSet(request: Request): MemcachedCommand | undefined {
    if (request.argCount < 2) return answers.unknown;
    if (request.argCount === 2) return answers.badFormat;
    const problem = this.#checkMeta(request, answers.flagsTooLong);
    if (problem !== undefined) return problem;
    const length = dataLength(request.bytes, request.argStart(2), request.argEnd(2));
    if (length < 0) return answers.badFormat;
    // From here on an error passes over the data block.
    this.dataBytes = length;
    const flagProblem = this.#readFlags(request, 3);
    if (flagProblem !== undefined) return flagProblem;
    if (!"EAPRS".includes(this.#flags.mode(request))) return answers.badSetMode;
    if (this.#flags.opaqueTooLong(request)) return answers.opaqueTooLong;
    this.#accept(request, Quiet.Done);
    return undefined;
  }

  #checkMetaDelete(request: Request): MemcachedCommand | undefined {
    const problem = this.#checkMeta(request, answers.flagsTooLong);
    if (problem !== undefined) return problem;
    if (this.#readFlags(request, 2) !== undefined) return answers.invalidOrDuplicateFlag;
    if (this.#flags.opaqueTooLong(request)) return answers.opaqueTooLong;
    this.#accept(request, Quiet.Done);
    return undefined;
  }

  #checkMetaArithmetic(request: Request): MemcachedCommand | undefined {
    const problem = this.#checkMeta(request, answers.flagsTooLong);
    if (problem !== undefined) return problem;
    if (this.#readFlags(request, 2) !== undefined) return answers.invalidOrDuplicateFlag;
    if (!"I+D-".includes(this.#flags.mode(request))) return answers.badArithmeticMode;
    if (this.#flags.opaqueTooLong(request)) return answers.opaqueTooLong;
    this.#accept(request, Quiet.Result);
    return undefined;
  }

  #checkMetaDebug(request: Request): MemcachedCommand | undefined {
    if (request.argCount < 2 || isTooLong(request, 1)) return answers.badFormat;
    request.keyArg = 1;
    const isCoded = request.argCount >= 3 && request.argEnd(2) - request.argStart(2) === 1 &&
      beginsWith(request, 2, "b");
    if (!isCoded) return undefined;
    if (!this.#decodeKey(request)) return answers.badFormat;
    return this.#holdsLineEnd() ? answers.unprintableKey : undefined;
  }

  /** Reads the flags from argument `first` on, and the key if it is coded. */
  #readFlags(request: Request, first: number): MemcachedCommand | undefined {
    const problem = this.#flags.read(request, first);
    if (problem === answers.duplicateFlag || problem === answers.invalidFlag) return problem;
    if (this.#flags.has("b") && !this.#decodeKey(request)) return problem ?? answers.badKeyCode;
    // Some versions of memcached print a key that was decoded as it is, and the reply would seem to be two.
    if (this.#flags.has("k") && this.#holdsLineEnd()) return problem ?? answers.unprintableKey;
    return problem;
  }

  #decodeKey(request: Request): boolean {
    this.keyBytes = decodeBase64(request.bytes, request.argStart(1), request.argEnd(1), this.key, 0);
    return this.keyBytes > 0;
  }

  #holdsLineEnd(): boolean {
    const { key, keyBytes } = this;
    for (let i = 0; i + 1 < keyBytes; i++) if (key[i] === CR && key[i + 1] === LF) return true;
    return false;
  }

  /** A meta command that is right: its key, and q cut from what is sent on. */
  #accept(request: Request, quiet: number): void {
    request.keyArg = 1;
    const arg = this.#flags.find("q");
    if (arg === 0) return;
    request.quiet = quiet;
    request.cutStart = request.argStart(arg) - request.start - 1;
    request.cutEnd = request.argEnd(arg) - request.start;
  }
}

function isTooLong(request: Request, arg: number): boolean {
  return request.argEnd(arg) - request.argStart(arg) > KEY_BYTES_MAX;
}

function beginsWith(request: Request, arg: number, text: string): boolean {
  const start = request.argStart(arg);
  if (request.argEnd(arg) - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (request.bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

function isWord(request: Request, arg: number, text: string): boolean {
  return request.argEnd(arg) - request.argStart(arg) === text.length && beginsWith(request, arg, text);
}

/** Is the last word noreply? Then not even an error is answered. */
function readNoreply(request: Request): boolean {
  const quiet = isWord(request, request.argCount - 1, NOREPLY);
  if (quiet) request.quiet = Quiet.Everything;
  return quiet;
}

/** Cuts the words from `arg` on: noreply, or what memcached does not look at. */
function cutFrom(request: Request, arg: number): void {
  if (arg >= request.argCount) return;
  request.cutStart = request.argEnd(arg - 1) - request.start;
  request.cutEnd = request.argEnd(request.argCount - 1) - request.start;
  request.argCount = arg;
}

function checkDelete(request: Request): MemcachedCommand | undefined {
  const { argCount } = request;
  if (argCount < 2 || argCount > 4) return answers.unknown;
  if (argCount > 2) {
    const holdsZero = isWord(request, 2, "0");
    const quiet = readNoreply(request);
    const valid = argCount === 3 ? holdsZero || quiet : holdsZero && quiet;
    if (!valid) return answers.badDelete;
  }
  if (isTooLong(request, 1)) return answers.badFormat;
  request.keyArg = 1;
  cutFrom(request, 2);
  return undefined;
}

function checkKeyAndNumber(
  request: Request,
  isNumber: (bytes: Uint8Array, start: number, end: number) => boolean,
  problem: MemcachedCommand,
): MemcachedCommand | undefined {
  if (request.argCount !== 3 && request.argCount !== 4) return answers.unknown;
  readNoreply(request);
  if (isTooLong(request, 1)) return answers.badFormat;
  if (!isNumber(request.bytes, request.argStart(2), request.argEnd(2))) return problem;
  request.keyArg = 1;
  cutFrom(request, 3);
  return undefined;
}

function checkFlushAll(request: Request): MemcachedCommand | undefined {
  if (request.argCount > 3) return answers.unknown;
  const quiet = request.argCount > 1 && readNoreply(request);
  const words = quiet && request.argCount === 2 ? 1 : Math.min(request.argCount, 2);
  if (words === 2 && !isSigned32(request.bytes, request.argStart(1), request.argEnd(1))) return answers.badExptime;
  cutFrom(request, words);
  return undefined;
}

function checkVerbosity(request: Request): MemcachedCommand | undefined {
  if (request.argCount !== 2 && request.argCount !== 3) return answers.unknown;
  readNoreply(request);
  if (!isUnsigned32(request.bytes, request.argStart(1), request.argEnd(1))) return answers.badFormat;
  cutFrom(request, 2);
  return undefined;
}
