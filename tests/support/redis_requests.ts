/** Redis requests as bytes, and pieces of input, for tests of what parses them. */
import fc from "fast-check";
import { RedisRequestParser } from "../../protocols/redis/request_parser.ts";
import { CommandTable } from "../../protocols/redis/command_table.ts";
import { Request } from "../../core/request.ts";
import { fromLatin1, latin1 } from "./resp_value.ts";

/** The table as the product builds it; it never changes. */
export const table = new CommandTable();

/** A request of these words as RESP, each byte one character. */
export function resp(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** The words of a parsed request, one character for each byte. */
export function wordsOf(request: Request): string[] {
  return Array.from({ length: request.argCount }, (_, i) => latin1(request.arg(i)));
}

/** A whole request, parsed, with memory of its own. */
export function requestOf(...words: readonly string[]): Request {
  const parser = new RedisRequestParser(table, { maxRequestBytes: 1 << 24 });
  const bytes = fromLatin1(resp(...words));
  const end = parser.parse(bytes, 0, bytes.length);
  if (end !== bytes.length) throw new Error(`not one request: ${parser.problem}`);
  return parser.request;
}

/** Bytes that look enough like RESP to get far into a parser, as text of one character for each byte. */
export const hostileText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(..."*$:+-_#,(=!%~>|0123456789") },
    { weight: 3, arbitrary: fc.constantFrom("\r\n", "\r", "\n", " ", '"', "'", "\\", "\0", "x", "\xff") },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        "*1\r\n",
        "*2\r\n$3\r\nGET\r\n",
        "$-1\r\n",
        "$4\r\nPING\r\n",
        "*-1\r\n",
        "%1\r\n",
        "|1\r\n",
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "$99999999999\r\n",
        "*99999999\r\n",
        "*1048577\r\n",
        "$536870912\r\n",
        "$2147483647\r\n",
      ),
    },
  ),
  { maxLength: 60 },
).map((pieces) => pieces.join(""));
