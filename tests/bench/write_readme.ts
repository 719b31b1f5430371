/**
 * Puts the summaries of results.md into the README: what was measured, then each benchmark's table of all commands.
 *
 *     deno run --allow-read --allow-write tests/bench/write_readme.ts
 */
import { replaceMarked } from "../../conf/describe.ts";

/** The part of the README that `results` stands for. */
export function summaryOf(results: string): string {
  const [preface, ...sections] = results.split(/^## /m);
  const circumstances = preface!.split("\n\n")[1]!;
  const tables = sections.flatMap((section) => {
    const name = section.slice(0, section.indexOf("\n"));
    const table = /^### All commands\n\n((?:\|.*\n)+)/m.exec(section)?.[1];
    return table === undefined ? [] : [`\`${name}\`:\n\n${table}`];
  });
  return [circumstances, ...tables].map((part) => part.trim()).join("\n\n") + "\n";
}

if (import.meta.main) {
  const readme = new URL("../../README.md", import.meta.url);
  const results = await Deno.readTextFile(new URL("results.md", import.meta.url));
  await Deno.writeTextFile(
    readme,
    replaceMarked(await Deno.readTextFile(readme), "benchmarks", summaryOf(results)),
  );
}
