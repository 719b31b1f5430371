/** The flags of the meta commands: one letter each, some with a token behind it. Judged in memcached's own order. */
import type { Request } from "../../core/request.ts";
import { answers, type MemcachedCommand } from "./commands.ts";
import { isSigned32, isUnsigned32, isUnsigned64 } from "./numbers.ts";

const OPAQUE_BYTES_MAX = 32;
const LETTERS_END = 127;

type Check = (bytes: Uint8Array, start: number, end: number) => boolean;

interface FlagRule {
  /** Of the token behind the letter. */
  readonly check: Check;
  /** Undefined: the error that was found before stays, or the general one. */
  readonly error: MemcachedCommand | undefined;
}

const fine: FlagRule = { check: () => true, error: undefined };
const seconds: FlagRule = { check: isSigned32, error: answers.badToken };
const unique: FlagRule = { check: isUnsigned64, error: answers.badToken };

const rules: Readonly<Record<string, FlagRule>> = {
  ...Object.fromEntries([..."bchfklOPLqstuvIx"].map((letter) => [letter, fine])),
  N: seconds,
  T: seconds,
  R: seconds,
  C: unique,
  E: unique,
  F: { check: isUnsigned32, error: undefined },
  J: { check: isUnsigned64, error: answers.badInitial },
  D: { check: isUnsigned64, error: answers.badMetaDelta },
  M: { check: (_, start, end) => end - start === 1, error: answers.badModeLength },
};

const byLetter: readonly (FlagRule | undefined)[] = Array.from(
  { length: LETTERS_END },
  (_, code) => Object.hasOwn(rules, String.fromCharCode(code)) ? rules[String.fromCharCode(code)] : undefined,
);

/** What was found among the flags of one request. Reused. */
export class MetaFlags {
  /** The first argument with this letter, 0 for none. */
  readonly #args = new Uint16Array(LETTERS_END);

  /** Argument index of the flag, 0 when it is not there. */
  find(letter: string): number {
    return this.#args[letter.charCodeAt(0)]!;
  }
  has(letter: string): boolean {
    return this.find(letter) > 0;
  }

  /** Reads the arguments from `first` on. Returns the row of the error, or undefined. */
  read(request: Request, first: number): MemcachedCommand | undefined {
    const { bytes } = request;
    this.#args.fill(0);
    let error: MemcachedCommand | undefined;
    for (let arg = first; arg < request.argCount; arg++) {
      const start = request.argStart(arg);
      const letter = bytes[start]!;
      if (letter >= LETTERS_END || this.#args[letter]! > 0) return answers.duplicateFlag;
      this.#args[letter] = arg;
      const rule = byLetter[letter];
      if (rule === undefined) return answers.invalidFlag;
      if (!rule.check(bytes, start + 1, request.argEnd(arg))) error = rule.error ?? error ?? answers.badFormat;
    }
    return error;
  }

  /** Is there an opaque longer than memcached copies back? */
  opaqueTooLong(request: Request): boolean {
    const arg = this.find("O");
    return arg > 0 && request.argEnd(arg) - request.argStart(arg) > OPAQUE_BYTES_MAX;
  }

  /** The mode behind M, or "" for the default. */
  mode(request: Request): string {
    const arg = this.find("M");
    return arg > 0 ? String.fromCharCode(request.bytes[request.argStart(arg) + 1]!) : "";
  }
}
