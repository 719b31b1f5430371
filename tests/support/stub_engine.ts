/**
 * A RESP server on loopback whose answers, and their moments, are the test's own: an engine that is late, mute or talks
 * nonsense. Each link's answers leave in the order of its commands, as those of a real engine do.
 */
export interface StubEngine extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** Every command that came, its words joined by a space. */
  readonly commands: string[];
  /** Links accepted so far. */
  links(): number;
}

/** Starts one; `answer` gets a command and returns the reply's bytes as text, or a promise of them. */
export function startStubEngine(answer: (command: string, link: number) => string | Promise<string>): StubEngine {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const commands: string[] = [];
  const open = new Set<Deno.Conn>();
  const served: Promise<void>[] = [];
  let links = 0;
  const serve = async (connection: Deno.Conn, link: number) => {
    const buffer = new Uint8Array(65_536);
    const encoder = new TextEncoder();
    let text = "";
    let writing = Promise.resolve();
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        text += new TextDecoder().decode(buffer.subarray(0, count));
        for (let found = takeCommand(text); found !== undefined; found = takeCommand(text)) {
          text = found.rest;
          commands.push(found.command);
          const reply = answer(found.command, link);
          writing = writing.then(async () => {
            const bytes = encoder.encode(await reply);
            for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
          }).catch(() => {});
        }
      }
    } catch {
      // The link is gone.
    }
    await writing;
    if (open.delete(connection)) connection.close();
  };
  const accept = async () => {
    try {
      for (;;) {
        const connection = await listener.accept();
        open.add(connection);
        served.push(serve(connection, links++));
      }
    } catch {
      // The listener is closed.
    }
  };
  const accepting = accept();
  return {
    host: "127.0.0.1",
    port: (listener.addr as Deno.NetAddr).port,
    commands,
    links: () => links,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const connection of open) connection.close();
      open.clear();
      await Promise.all(served);
    },
  };
}

/** The first whole command of `text`, of ASCII words, and what stands behind it. */
function takeCommand(text: string): { readonly command: string; readonly rest: string } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  const words: string[] = [];
  let at = head[0].length;
  for (let left = Number(head[1]); left > 0; left--) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const length = Number(text.slice(at + 1, lineEnd));
    at = lineEnd + 2 + length + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(lineEnd + 2, at - 2));
  }
  return { command: words.join(" "), rest: text.slice(at) };
}
