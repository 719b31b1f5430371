/**
 * Gossip messages as bytes. One layout for all three kinds; numbers are varints (seven bits a byte, low ones first), texts are
 * UTF-8 behind their length:
 *
 *     format kind cluster from known stretch after upTo #digests { address generation version } #deltas { address since
 *     generation heartbeat #values { key version value } } #downs { address generation version }
 *
 * They come from whoever reaches the peer port: every count and length is bounded before it is believed.
 */
import { ByteWriter, encode } from "../core/bytes.ts";
import type { Stretch } from "./address_circle.ts";
import type { Delta, Digest } from "./digest.ts";
import type { VersionedValue } from "./endpoint_state.ts";

export const GossipKind = { Syn: 1, Ack: 2, Ack2: 3 } as const;
export type GossipKind = typeof GossipKind[keyof typeof GossipKind];

export interface GossipMessage {
  readonly kind: GossipKind;
  /** Name of the sender's cluster: nodes of another one are not listened to. */
  readonly cluster: string;
  /** Address of the sender. */
  readonly from: string;
  /** How many nodes the sender knows, itself among them. */
  readonly known: number;
  /** In a syn: where the digests are all the sender knows; what is there and not among them it lacks. */
  readonly stretch: Stretch | undefined;
  /** In a syn what is known, in an ack what is wanted. */
  readonly digests: readonly Digest[];
  readonly deltas: readonly Delta[];
  /** Nodes that are down to the sender, each with how far what is known of it went; anything newer refutes it. */
  readonly downs: readonly Digest[];
}

/** A message that is none. */
export class GossipFormatError extends Error {
  override readonly name = "GossipFormatError";
}

const FORMAT = 1;
export const NAME_BYTES_MAX = 255;
/** Room for some 700 tokens. */
export const VALUE_BYTES_MAX = 8 * 1024;
const VALUES_MAX = 32;
const ENTRIES_MAX = 4096;
/** Downs in one message. */
export const DOWNS_MAX = 64;

const reader = new TextDecoder("utf-8", { fatal: true });

export function encodeMessage(message: GossipMessage): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1024);
  out.byte(FORMAT);
  out.byte(message.kind);
  writeText(out, message.cluster);
  writeText(out, message.from);
  writeNumber(out, message.known);
  out.byte(message.stretch === undefined ? 0 : 1);
  writeText(out, message.stretch?.after ?? "");
  writeText(out, message.stretch?.upTo ?? "");
  writeDigests(out, message.digests);
  writeNumber(out, message.deltas.length);
  for (const { address, since, state } of message.deltas) {
    writeText(out, address);
    writeNumber(out, since);
    writeNumber(out, state.generation);
    writeNumber(out, state.heartbeat);
    writeNumber(out, state.values.size);
    for (const [key, { version, value }] of state.values) {
      writeNumber(out, key);
      writeNumber(out, version);
      writeText(out, value);
    }
  }
  writeDigests(out, message.downs);
  return out.take();
}

function writeDigests(out: ByteWriter, digests: readonly Digest[]): void {
  writeNumber(out, digests.length);
  for (const { address, generation, version } of digests) {
    writeText(out, address);
    writeNumber(out, generation);
    writeNumber(out, version);
  }
}

/** Reads `bytes[start, end)`. Throws a GossipFormatError for anything that is not one whole message. */
export function decodeMessage(bytes: Uint8Array, start = 0, end: number = bytes.length): GossipMessage {
  const input = new Input(bytes, start, end);
  const format = input.number("format", 255);
  if (format !== FORMAT) throw new GossipFormatError(`format ${format} is not known`);
  const kind = input.number("kind", 255);
  if (kind !== GossipKind.Syn && kind !== GossipKind.Ack && kind !== GossipKind.Ack2) {
    throw new GossipFormatError(`kind ${kind} is not known`);
  }
  const cluster = input.text("cluster", NAME_BYTES_MAX);
  const from = input.text("from", NAME_BYTES_MAX);
  const known = input.number("known");
  const isStretch = input.number("stretch", 1) === 1;
  const [after, upTo] = [input.text("after", NAME_BYTES_MAX), input.text("upTo", NAME_BYTES_MAX)];
  const stretch = isStretch ? { after, upTo } : undefined;
  const digests = readDigests(input, "digests", ENTRIES_MAX);
  const deltas: Delta[] = [];
  for (let left = input.number("deltas", ENTRIES_MAX); left > 0; left--) deltas.push(readDelta(input));
  const downs = readDigests(input, "downs", DOWNS_MAX);
  if (input.at !== end) throw new GossipFormatError(`${end - input.at} bytes behind the end`);
  return { kind, cluster, from, known, stretch, digests, deltas, downs };
}

function readDigests(input: Input, what: string, most: number): Digest[] {
  const digests: Digest[] = [];
  for (let left = input.number(what, most); left > 0; left--) {
    digests.push({
      address: input.text("address", NAME_BYTES_MAX),
      generation: input.number(),
      version: input.number(),
    });
  }
  return digests;
}

/** Bytes of a whole message on the wire. */
export function messageBytes({ cluster, from, known, stretch, digests, deltas, downs }: GossipMessage): number {
  let bytes = HEAD_BYTES + textBytes(cluster) + textBytes(from) + numberBytes(known) +
    textBytes(stretch?.after ?? "") + textBytes(stretch?.upTo ?? "") +
    numberBytes(digests.length) + numberBytes(deltas.length) + numberBytes(downs.length);
  for (const digest of digests) bytes += digestBytes(digest);
  for (const delta of deltas) bytes += deltaBytes(delta);
  for (const down of downs) bytes += digestBytes(down);
  return bytes;
}

/** Bytes of one digest on the wire. With `deltaBytes` it lets a sender fill a message up to its bound. */
export function digestBytes({ address, generation, version }: Digest): number {
  return textBytes(address) + numberBytes(generation) + numberBytes(version);
}

/** Bytes of one delta on the wire. */
export function deltaBytes({ address, since, state }: Delta): number {
  const { generation, heartbeat, values } = state;
  let bytes = textBytes(address) + numberBytes(since) + numberBytes(generation) + numberBytes(heartbeat) +
    numberBytes(values.size);
  if (values.size === 0) return bytes;
  for (const [key, { version, value }] of values) bytes += numberBytes(key) + numberBytes(version) + textBytes(value);
  return bytes;
}

function readDelta(input: Input): Delta {
  const address = input.text("address", NAME_BYTES_MAX);
  const since = input.number();
  const generation = input.number();
  const heartbeat = input.number();
  const values = new Map<number, VersionedValue>();
  for (let left = input.number("values", VALUES_MAX); left > 0; left--) {
    const key = input.number("key", 255);
    values.set(key, { version: input.number(), value: input.text("value", VALUE_BYTES_MAX) });
  }
  return { address, since, state: { generation, heartbeat, values } };
}

/** Format, kind and whether there is a stretch. */
const HEAD_BYTES = 3;
/** Whole numbers below 2^53 take no more. */
const NUMBER_BYTES_MAX = 8;

function numberBytes(value: number): number {
  let bytes = 1;
  for (; value >= 128; value = Math.floor(value / 128)) bytes++;
  return bytes;
}

function textBytes(text: string): number {
  const length = isAscii(text) ? text.length : encode(text).length;
  return numberBytes(length) + length;
}

function writeNumber(out: ByteWriter, value: number): void {
  while (value >= 128) {
    out.byte(value % 128 + 128);
    value = Math.floor(value / 128);
  }
  out.byte(value);
}

function writeText(out: ByteWriter, text: string): void {
  if (isAscii(text)) {
    writeNumber(out, text.length);
    return out.ascii(text);
  }
  const bytes = encode(text);
  writeNumber(out, bytes.length);
  out.copy(bytes);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}

class Input {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  number(what = "number", most: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < NUMBER_BYTES_MAX; count++) {
      if (this.at >= this.#end) throw new GossipFormatError(`ends inside ${what}`);
      const byte = this.#bytes[this.at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (value > most) throw new GossipFormatError(`${what} ${value} is above ${most}`);
        return value;
      }
      factor *= 128;
    }
    throw new GossipFormatError(`${what} has no end`);
  }

  text(what: string, bytesMax: number): string {
    const length = this.number(`length of ${what}`, bytesMax);
    const start = this.at;
    if (length > this.#end - start) throw new GossipFormatError(`ends inside ${what}`);
    this.at += length;
    try {
      return reader.decode(this.#bytes.subarray(start, this.at));
    } catch {
      throw new GossipFormatError(`${what} is not UTF-8`);
    }
  }
}
