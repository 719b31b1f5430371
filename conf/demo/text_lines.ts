/** Pieces of text -> whole lines, without their line breaks. */

/** A line is cut here, so that output without line breaks takes no memory. */
const LINE_MAX = 16 * 1024;

export class TextLineStream extends TransformStream<string, string> {
  constructor() {
    let rest = "";
    super({
      transform(piece, out) {
        const lines = (rest + piece).split("\n");
        rest = lines.pop()!;
        for (const line of lines) out.enqueue(line);
        if (rest.length > LINE_MAX) {
          out.enqueue(rest);
          rest = "";
        }
      },
      flush(out) {
        if (rest !== "") out.enqueue(rest);
      },
    });
  }
}
