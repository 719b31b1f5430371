/** The examples of a Markdown text: its fenced blocks, and the commands in those that show a terminal. */

export interface Block {
  /** What stands behind the opening fence: `sh`, `yaml`, `console`. */
  readonly language: string;
  /** The heading above it. */
  readonly section: string;
  readonly text: string;
}

/** One `$ command` of a console block and what it prints. */
export interface Shown {
  readonly command: string;
  readonly output: string;
}

export function blocksOf(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let section = "";
  let open: { language: string; lines: string[]; indent: number } | undefined;
  for (const written of markdown.split("\n")) {
    // A block of a list's item is indented as the item is.
    const line = open === undefined ? written.trimStart() : written.slice(open.indent);
    const fence = /^```(\w*)$/.exec(line);
    if (open !== undefined && fence) {
      blocks.push({ language: open.language, section, text: open.lines.join("\n") });
      open = undefined;
    } else if (open !== undefined) {
      open.lines.push(line);
    } else if (fence) {
      open = { language: fence[1]!, lines: [], indent: written.length - line.length };
    } else if (line.startsWith("#")) {
      section = line.replace(/^#+ /, "");
    }
  }
  return blocks;
}

export function shownIn(block: Block): readonly Shown[] {
  return block.text.split(/^\$ /m).slice(1).map((part) => {
    const [command = "", ...output] = part.trimEnd().split("\n");
    return { command, output: output.join("\n") };
  });
}
