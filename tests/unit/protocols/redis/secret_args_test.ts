import { assertEquals } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { secretArgs } from "../../../../protocols/redis/secret_args.ts";
import { requestOf } from "../../../support/redis_requests.ts";

function shown(line: string): string {
  const words = line.split(" ");
  const secrets = secretArgs(requestOf(...words).command, words.map((word) => encode(word)));
  return words.map((word, place) => secrets.includes(place) ? "*" : word).join(" ");
}

Deno.test("secretArgs() names every password, and nothing else", () => {
  for (
    const [line, expected] of [
      ["AUTH hush", "AUTH *"],
      ["auth user hush", "auth * *"],
      ["HELLO 3", "HELLO 3"],
      ["HELLO 3 SETNAME x auth user hush", "HELLO 3 SETNAME x auth * *"],
      ["HELLO 3 AUTH user", "HELLO 3 AUTH *"],
      ["CONFIG SET requirepass hush", "CONFIG SET requirepass *"],
      ["CONFIG SET maxclients 5 RequirePass hush", "CONFIG SET maxclients 5 RequirePass *"],
      ["CONFIG GET requirepass", "CONFIG GET requirepass"],
      ["SET auth requirepass", "SET auth requirepass"],
    ] as const
  ) assertEquals(shown(line), expected);
});
