/** The key hashes by their conf name. All give an unsigned 32-bit token of `bytes[start, end)`, without allocating. */
import { murmur } from "./murmur.ts";

export type KeyHash = (bytes: Uint8Array, start: number, end: number) => number;

export const hashByName: Readonly<Record<string, KeyHash>> = { murmur };
