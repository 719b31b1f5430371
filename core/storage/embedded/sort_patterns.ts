/**
 * The patterns of SORT's BY and GET: `weight_*` names a string per element, `user:*->age` a field of a hash per element, `#`
 * the element itself. Only the first star stands for the element; the arrow counts behind it, and only with a field.
 */
import { equalBytes } from "../../bytes.ts";
import type { Engine } from "./engine.ts";
import { KeyType } from "./keyspace.ts";

const STAR = 42;
const HASH_SIGN = 35;
const ARROW = new Uint8Array([45, 62]);

export class SortPattern {
  /** The pattern has a star: what it names depends on the element. */
  readonly named: boolean;
  readonly #isElement: boolean;
  readonly #before: Uint8Array;
  readonly #behind: Uint8Array;
  readonly #field: Uint8Array | undefined;

  /** Keeps views of the pattern. */
  constructor(pattern: Uint8Array) {
    const star = pattern.indexOf(STAR);
    this.named = star >= 0;
    this.#isElement = pattern.length === 1 && pattern[0] === HASH_SIGN;
    const arrow = arrowIn(pattern, star + 1);
    this.#before = pattern.subarray(0, Math.max(0, star));
    this.#behind = pattern.subarray(star + 1, arrow);
    this.#field = arrow === pattern.length ? undefined : pattern.subarray(arrow + ARROW.length);
  }

  /** What the pattern names for this element; undefined where there is nothing, or something of another type. */
  valueFor(element: Uint8Array, { keyspace, strings, hashes }: Engine): Uint8Array | undefined {
    if (this.#isElement) return element;
    if (!this.named) return undefined;
    const key = joined(this.#before, element, this.#behind);
    const id = keyspace.find(key);
    if (this.#field !== undefined) {
      return keyspace.type === KeyType.Hash ? hashes.get(id, this.#field) : undefined;
    }
    return keyspace.type === KeyType.String ? strings.get(key) : undefined;
  }
}

/** Where the first arrow from `from` on stands if a field follows it, else the pattern's length. */
function arrowIn(pattern: Uint8Array, from: number): number {
  for (let at = from; at + ARROW.length < pattern.length; at++) {
    if (equalBytes(pattern, at, at + ARROW.length, ARROW)) return at;
  }
  return pattern.length;
}

function joined(before: Uint8Array, element: Uint8Array, behind: Uint8Array): Uint8Array {
  const key = new Uint8Array(before.length + element.length + behind.length);
  key.set(before);
  key.set(element, before.length);
  key.set(behind, before.length + element.length);
  return key;
}
