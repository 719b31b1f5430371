/**
 * Writes what is generated from the table of options: the sample files of this folder and the option table of the README.
 *
 *     deno run --allow-read --allow-write conf/write_docs.ts
 */
import { describeSample, updateReadme } from "./describe.ts";
import { samples } from "./samples.ts";

for (const [name, sample] of Object.entries(samples)) {
  await Deno.writeTextFile(new URL(name, import.meta.url), describeSample(sample));
}
const readme = new URL("../README.md", import.meta.url);
await Deno.writeTextFile(readme, updateReadme(await Deno.readTextFile(readme)));
