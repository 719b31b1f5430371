/**
 * Text that differs from node to node: `10.0.{dc}.{node}`, `embedded:/var/lib/dynomite/{n}.db`. All numbers count from 1.
 *
 *     {n}  the node in the cluster     {datacenter}  name of the datacenter     {dc}    its number
 *                                      {rack}  number of the rack in it         {node}  number of the node in the rack
 */
import { Problem } from "../value_kinds.ts";

/** What may stand for a placeholder, by its name. */
export type Substitutes = Readonly<Record<string, string | number>>;

export function hasPlaceholder(text: string): boolean {
  return /\{[a-z]+\}/.test(text);
}

/** `text` with every `{name}` filled in. Braces without a name between them stay: a hash tag is written so. */
export function fill(text: string, substitutes: Substitutes): string | Problem {
  let unknown: string | undefined;
  const filled = text.replaceAll(/\{([a-z]+)\}/g, (written, name: string) => {
    if (Object.hasOwn(substitutes, name)) return String(substitutes[name]);
    unknown ??= written;
    return written;
  });
  if (unknown === undefined) return filled;
  const names = Object.keys(substitutes).map((name) => `{${name}}`).join(", ");
  return new Problem(`has ${unknown}, which is no placeholder; accepted are ${names}`);
}
