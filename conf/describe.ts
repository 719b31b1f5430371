/**
 * The table of options as text: for `--help`, for the README, as a commented sample file, and as the settings that
 * CONFIG GET shows. Nothing here is written by hand twice.
 */
import type { Setting } from "../core/node_view.ts";
import { commands } from "./commands/list.ts";
import { describeFlags } from "./flags.ts";
import { groups, type Option } from "./option.ts";
import { type Conf, optionRows } from "./schema.ts";
import { wrap } from "./wrap.ts";

/** What `--help` prints below the version. `width` is that of the terminal. */
export function describeUsage(width = 100): string {
  const flags = describeFlags();
  const usageWidth = Math.max(...flags.map((flag) => flag.usage.length));
  const flagLines = flags.map(({ usage, doc }) => {
    const indent = " ".repeat(usageWidth + 5);
    return `  ${usage.padEnd(usageWidth)} : ${wrap(doc, width - indent.length).join(`\n${indent}`)}`;
  });
  return `${shortUsage()}\n\nCommands, each with --help of its own:\n${describeCommands(width)}\n\n` +
    `Options:\n${flagLines.join("\n")}\n\n` +
    `Configuration keys, as \`key: value\` below \`dyn_o_mite:\` in the file:\n${describeKeys(width)}`;
}

/** The first lines of the usage; they also follow an error of the command line. */
export function shortUsage(): string {
  return "Usage: dynomite [-?hVdDtg] [-v verbosity level] [-o output file]\n" +
    "                [-c conf file] [-p pid file] [-s stats port] [-a stats addr]\n" +
    "       dynomite --generate-tokens nodes\n" +
    "       dynomite --generate-cluster description --output-dir folder [--hosts hosts]\n" +
    "                [--tokens-per-node N] [--set key=value]...\n" +
    commands.map(({ name, usage }) => `       dynomite ${name} ${usage}`).join("\n");
}

function describeCommands(width: number): string {
  const nameWidth = Math.max(...commands.map(({ name }) => name.length));
  const indent = " ".repeat(nameWidth + 5);
  return commands.map(({ name, doc }) =>
    `  ${name.padEnd(nameWidth)} : ${wrap(doc, width - indent.length).join(`\n${indent}`)}`
  ).join("\n");
}

function describeKeys(width: number): string {
  const lines: string[] = [];
  for (const group of groups) {
    lines.push("", `${group}:`);
    for (const [, option] of optionRows) {
      if (option.group !== group) continue;
      lines.push(`  ${option.key} (${describeValue(option)})`);
      lines.push(...wrap(option.doc, width - 6).map((line) => `      ${line}`));
    }
  }
  return lines.join("\n");
}

/** What may be written, with the default: `a whole number from 1 to 255, default 1`. */
function describeValue(option: Option<unknown>): string {
  const shape = option.shape === "list" ? "list; each " : "";
  const unit = option.unit === undefined || option.unit === "bytes" ? "" : ` ${option.unit}`;
  const use = option.required ? ", required" : option.default === undefined ? "" : `, default ${option.default}`;
  return `${shape}${option.kind.accepted}${unit}${use}`;
}

/** The option table of the README, one Markdown table per group; the formatter would pad its cells to walls of blanks. */
export function describeMarkdown(): string {
  const tables = groups.map((group) => {
    const rows = optionRows.filter(([, option]) => option.group === group).map(([, option]) => {
      const shown = option.required ? "required" : option.default === undefined ? "" : `\`${option.default}\``;
      return `| \`${option.key}\` | ${shown} | ${option.unit ?? ""} | ${cell(option.doc)} | ${
        cell(option.kind.accepted)
      } |`;
    });
    return `### ${group}\n\n| key | default | unit | what it does | accepted |\n| --- | --- | --- | --- | --- |\n${
      rows.join("\n")
    }\n`;
  });
  return `<!-- deno-fmt-ignore-start -->\n\n${tables.join("\n")}\n<!-- deno-fmt-ignore-end -->\n`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The flags as a Markdown table. */
export function describeFlagsMarkdown(): string {
  const rows = describeFlags().map(({ usage, doc }) => `| \`${usage.trim()}\` | ${cell(doc)} |`);
  return `<!-- deno-fmt-ignore-start -->\n\n| flag | what it does |\n| --- | --- |\n${
    rows.join("\n")
  }\n\n<!-- deno-fmt-ignore-end -->\n`;
}

/**
 * `readme` with the tables of today between their markers.
 *
 * @throws {Error} when a marker is missing.
 */
export function updateReadme(readme: string): string {
  return replaceMarked(replaceMarked(readme, "options", describeMarkdown()), "flags", describeFlagsMarkdown());
}

/** `text` with `content` between the markers of this name. Throws when one is missing. */
export function replaceMarked(text: string, name: string, content: string): string {
  const [beginMark, endMark] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const begin = text.indexOf(beginMark);
  const end = text.indexOf(endMark);
  if (begin < 0 || end < begin) throw new Error(`the README has no ${beginMark} and ${endMark} in this order`);
  return `${text.slice(0, begin + beginMark.length)}\n\n${content}\n${text.slice(end)}`;
}

/** One sample file: what it is for, and the values it sets by key. Keys it does not set stand as comments with defaults. */
export interface Sample {
  readonly purpose: string;
  readonly values: Readonly<Record<string, string | readonly string[]>>;
}

/** The sample as a commented configuration file, with every key that has an effect. */
export function describeSample(sample: Sample): string {
  const lines = wrap(sample.purpose, 100).map((line) => `# ${line}`);
  lines.push(
    "# A line such as `#key: value`, without a blank, shows what holds while the key is not written.",
    "",
    "dyn_o_mite:",
  );
  for (const group of groups) {
    const rows = optionRows.filter(([, option]) => option.group === group && option.notice === undefined);
    if (rows.length === 0) continue;
    lines.push(`  # ---- ${group} ----`, "");
    for (const [, option] of rows) {
      lines.push(...wrap(option.doc, 98).map((line) => `  # ${line}`));
      lines.push(...describeEntry(option, sample.values[option.key]), "");
    }
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

function describeEntry(option: Option<unknown>, value: string | readonly string[] | undefined): string[] {
  if (value === undefined) {
    if (option.default !== undefined) return [`  #${option.key}: ${quote(option.default)}`];
    return [`  #${option.key}: (not set)`];
  }
  if (typeof value === "string") return [`  ${option.key}: ${quote(value)}`];
  return [`  ${option.key}:`, ...value.map((item) => `    - ${quote(item)}`)];
}

/** Quotes where YAML would read something else than the text: braces, mostly. Tokens are quoted by custom. */
function quote(value: string): string {
  return /^[\w./][\w./:,@ -]*$/.test(value) && !value.endsWith(":") ? value : JSON.stringify(value);
}

/** The values in force, by the names of the file. Passwords are not among them. */
export function describeConf(conf: Conf): readonly Setting[] {
  const settings: Setting[] = [];
  const values = conf as unknown as Record<string, unknown>;
  for (const [field, option] of optionRows) {
    if (option.notice !== undefined || option.secret) continue;
    settings.push({ name: option.key, value: formatField(option, values[field]).join(" ") });
  }
  return settings;
}

/** The value of a field as its file would write it: one text, or one per item of a list. */
export function formatField(option: Option<unknown>, value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (option.shape === "list") return (value as unknown[]).map((item) => option.kind.format(item));
  return [option.kind.format(value)];
}
