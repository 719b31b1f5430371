/** The route table as Markdown, for the README. */
import { type Access, methodsOf, type Route } from "./route.ts";

const callers: Readonly<Record<Access, string>> = { anyone: "anyone", operator: "operator", page: "browser" };

/** One row for each path; the formatter would pad its cells to walls of blanks. */
export function describeRoutes(table: readonly Route[]): string {
  const rows = table.map((route) => {
    const { path, access, doc } = route;
    return `| \`${cell(path)}\` | ${methodsOf(route).join(", ")} | ${callers[access]} | ${cell(doc)} |`;
  });
  return `<!-- deno-fmt-ignore-start -->\n\n| path | methods | for | what it does |\n| --- | --- | --- | --- |\n${
    rows.join("\n")
  }\n\n<!-- deno-fmt-ignore-end -->\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
