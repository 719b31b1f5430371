/** Whole numbers as Redis reads them from arguments: 64 bits, no blanks, no plus, no zero in front. */
export function isInteger(text: string): boolean {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(text)) return false;
  const value = BigInt(text);
  return value >= -(2n ** 63n) && value < 2n ** 63n;
}
