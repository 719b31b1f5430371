/** Which arguments are secrets: the slow log shows `(redacted)` in their place, as Redis does. */
import { decode } from "../../core/bytes.ts";
import type { Command } from "../../core/request.ts";

/** Settings whose value is a secret: Redis' own, and this program's. */
const secretSettings = new Set([
  "requirepass",
  "masterauth",
  "masteruser",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
  "datastore_password",
  "admin_token",
]);

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** Places in `args` of what a call of `command` must not show. */
export function secretArgs({ name }: Command, args: readonly Uint8Array[]): readonly number[] {
  const word = (place: number) => decode(args[place]!).toLowerCase();
  switch (name) {
    case "auth":
      return range(1, args.length);
    case "hello": {
      const auth = args.findIndex((_, place) => place > 1 && word(place) === "auth");
      return auth < 0 ? [] : range(auth + 1, Math.min(auth + 3, args.length));
    }
    case "config|set":
      return range(3, args.length).filter((place) => place % 2 === 1 && secretSettings.has(word(place - 1)));
    default:
      return [];
  }
}
