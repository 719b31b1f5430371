/** HTTP as it is on the wire: requests that no client library would send, and answers as they come. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Sends `lines`, the request line and headers, and that the server may close then; reads until it does. */
export async function rawRequest(
  at: { readonly hostname: string; readonly port: number },
  ...lines: readonly string[]
): Promise<RawAnswer> {
  using connection = await Deno.connect(at);
  await writeAll(connection, `${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n`);
  return parseAnswer(await readAll(connection));
}

export async function writeAll(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** What comes until the other side closes, in whatever order it does. */
export async function readAll(connection: Deno.Conn): Promise<string> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(64 * 1024);
  let text = "";
  try {
    for (let count; (count = await connection.read(bytes)) !== null;) {
      text += decoder.decode(bytes.subarray(0, count), { stream: true });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return text;
}

/** Takes an answer apart. Throws on what is none. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3}) /.exec(first)?.[1];
  if (end < 0 || status === undefined) throw new Error(`this is no HTTP answer: ${JSON.stringify(text)}`);
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  return { status: Number(status), headers, body: text.slice(end + 4) };
}
