/**
 * `crc16`: polynomial 0x1021 from 0, as C Dynomite computes it: the register is never cut to 16 bits, so tokens use all 32.
 * It is not the CRC16 of Redis Cluster.
 */
const table = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = i << 8;
  for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x8000) !== 0 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  table[i] = crc;
}

export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let at = start; at < end; at++) crc = (crc << 8) ^ table[((crc >>> 8) ^ bytes[at]!) & 0xff]!;
  return crc >>> 0;
}
