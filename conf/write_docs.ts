/**
 * Writes what is generated from tables: the sample files of this folder, and of the README the options, the flags and the paths
 * of the stats port.
 *
 *     deno run --allow-read --allow-write conf/write_docs.ts
 */
import { describeRoutes } from "../core/admin/describe_routes.ts";
import { routes } from "../core/admin/routes.ts";
import { describeSample, replaceMarked, updateReadme } from "./describe.ts";
import { samples } from "./samples.ts";

for (const [name, sample] of Object.entries(samples)) {
  await Deno.writeTextFile(new URL(name, import.meta.url), describeSample(sample));
}
const readme = new URL("../README.md", import.meta.url);
const updated = updateReadme(await Deno.readTextFile(readme));
await Deno.writeTextFile(readme, replaceMarked(updated, "paths", describeRoutes(routes)));
