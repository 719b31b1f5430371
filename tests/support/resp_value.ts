/** RESP2 and RESP3 replies as trees, and as text for people. */

/** A value of any RESP type. */
export interface RespValue {
  /** Its first byte on the wire: `+ - : $ * _ , # ! = ( % ~ >`; RESP2's nulls are `$-1` and `*-1`. */
  readonly type: string;
  /** What stands in its line, or its bytes, one character each; the count for an aggregate. */
  readonly text: string;
  /** The elements of an aggregate; keys and values alternate in a map. Undefined for everything else. */
  readonly items?: readonly RespValue[];
}

/** A whole reply. */
export interface RespReply extends RespValue {
  /** Its bytes on the wire. */
  readonly raw: Uint8Array;
}

const CR = 13;

/** The reply that begins at `start`, or undefined while it is not whole. Its `raw` is a view. Throws on what is no RESP. */
export function parseReply(bytes: Uint8Array, start: number, end: number): RespReply | undefined {
  const found = parseValue(bytes, start, end);
  return found === undefined ? undefined : { ...found.value, raw: bytes.subarray(start, found.next) };
}

function parseValue(
  bytes: Uint8Array,
  at: number,
  end: number,
): { readonly value: RespValue; readonly next: number } | undefined {
  const lineEnd = bytes.subarray(0, end).indexOf(CR, at);
  if (lineEnd < 0 || lineEnd + 2 > end) return undefined;
  const type = String.fromCharCode(bytes[at]!);
  const line = latin1(bytes.subarray(at + 1, lineEnd));
  const next = lineEnd + 2;
  if ("+-:_,#(".includes(type)) return { value: { type, text: line }, next };
  const count = Number(line);
  if (count === -1) return { value: { type: `${type}-1`, text: "" }, next };
  if ("$!=".includes(type)) {
    if (next + count + 2 > end) return undefined;
    return { value: { type, text: latin1(bytes.subarray(next, next + count)) }, next: next + count + 2 };
  }
  if (!"*%~>".includes(type)) throw new Error(`no RESP type: ${JSON.stringify(type + line)}`);
  const items: RespValue[] = [];
  let itemAt = next;
  for (let i = type === "%" ? count * 2 : count; i > 0; i--) {
    const item = itemAt < end ? parseValue(bytes, itemAt, end) : undefined;
    if (item === undefined) return undefined;
    items.push(item.value);
    itemAt = item.next;
  }
  return { value: { type, text: line, items }, next: itemAt };
}

/** Bytes as text, one character each. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}

/** The bytes that `latin1` made a text of. */
export function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Is it RESP2's or RESP3's null? */
export function isNull({ type }: RespValue): boolean {
  return type === "_" || type === "$-1" || type === "*-1";
}

const SHOWN_CHARACTERS = 200;

/** A value in one line, its type first: `:3`, `$"abc"`, `*[$"a" _]`. Long ones are cut. */
export function showValue(value: RespValue): string {
  const shown = show(value);
  return shown.length <= SHOWN_CHARACTERS * 5 ? shown : `${shown.slice(0, SHOWN_CHARACTERS * 5)}... (${shown.length})`;
}

function show(value: RespValue): string {
  const { type, text, items } = value;
  if (items !== undefined) return `${type}[${items.map(show).join(" ")}]`;
  return `${type}${"$!=".includes(type) ? quote(text) : escaped(text)}`;
}

/** Bytes (one character each) as redis-cli would take them: quoted, what is not printable escaped. */
export function quote(text: string): string {
  const cut = text.slice(0, SHOWN_CHARACTERS);
  return `"${escaped(cut)}"${cut === text ? "" : `... (${text.length} bytes)`}`;
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]|["\\]/g, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
