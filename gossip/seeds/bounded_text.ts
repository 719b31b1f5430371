/** Reads a stream of UTF-8 to its end. Throws when it is larger than `bytesMax` or not UTF-8; the stream is then given up. */
export async function readBoundedText(stream: ReadableStream<Uint8Array>, bytesMax: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytesRead = 0;
  // Leaving the loop cancels the stream.
  for await (const bytes of stream) {
    bytesRead += bytes.length;
    if (bytesRead > bytesMax) throw new Error(`the answer is larger than ${bytesMax} bytes`);
    text += decode(() => decoder.decode(bytes, { stream: true }));
  }
  return text + decode(() => decoder.decode());
}

function decode(step: () => string): string {
  try {
    return step();
  } catch (error) {
    throw new Error("the answer is not UTF-8 text", { cause: error });
  }
}
