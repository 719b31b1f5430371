/** Tables for a terminal. Pure: rows in, lines out. Widths are columns of the terminal, which wide letters take two of. */
import stringWidth from "string-width";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Numbers stand at the right end of their column. */
  readonly right?: true;
  /** Its width at least, so that columns stand still while numbers change. */
  readonly least?: number;
  /** Where not all columns fit, those with the highest go first. 0 stays. */
  readonly rank: number;
}

const GAP = "  ";

/**
 * A line for the titles and one for each row, each of at most `width`: columns of the highest rank are left out until the
 * rest fits, and what is still too wide is cut.
 */
export function layOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width = Infinity): string[] {
  const laid = columns.map((column) => {
    const cells = [column.title, ...rows.map((row) => plain(column.cell(row)))];
    return { column, cells, width: Math.max(column.least ?? 0, ...cells.map((cell) => stringWidth(cell))) };
  });
  const total = () => laid.reduce((sum, { width }) => sum + width, 0) + GAP.length * (laid.length - 1);
  while (total() > width) {
    const highest = Math.max(...laid.map(({ column }) => column.rank));
    if (highest === 0) break;
    laid.splice(laid.findLastIndex(({ column }) => column.rank === highest), 1);
  }
  return Array.from({ length: rows.length + 1 }, (_, line) => {
    const text = laid.map(({ column, cells, width }) => pad(cells[line]!, width, column.right)).join(GAP);
    return cut(text.trimEnd(), width);
  });
}

/** `text` in a column of this width. */
export function pad(text: string, width: number, right = false): string {
  const blanks = " ".repeat(Math.max(0, width - stringWidth(text)));
  return right ? blanks + text : text + blanks;
}

/** `text` in at most `width` columns; an ellipsis stands for what was left out. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  if (width < 1) return "";
  let kept = "";
  let used = 0;
  for (const letter of text) {
    used += stringWidth(letter);
    if (used > width - 1) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Names and texts come from other nodes: nothing of them may steer the terminal. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "?");
}
