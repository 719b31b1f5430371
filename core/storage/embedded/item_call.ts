import type { ItemWriter } from "../../item_writer.ts";
import type { Request } from "../../request.ts";
import type { Items } from "./items.ts";

/**
 * One Memcached command being run. The protocol has checked its arguments: numbers are numbers. Reused; arguments are lent.
 */
export interface ItemCall {
  readonly items: Items;
  readonly out: ItemWriter;
  readonly request: Request;
  /** Longest value, bytes. */
  readonly valueBytesMax: number;
  /** Wall ms. */
  readonly now: number;
  /** A view of argument `index`. */
  arg(index: number): Uint8Array;
  /** Argument `index` as a number; from `skip` on, behind a flag's letter. Beyond 2^53 it is inexact. */
  number(index: number, skip?: number): number;
  /** The same to 64 bits. */
  unsigned(index: number, skip?: number): bigint;
}

export type ItemHandler = (call: ItemCall) => void;

export const tooLarge = "SERVER_ERROR object too large for cache";
