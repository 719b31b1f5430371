/**
 * `DYNOMITE_FLORIDA_REQUEST`: the HTTP request as it would go over the wire, because C Dynomite sends its bytes as they are. Here
 * it is read and made anew, so that chunked and compressed answers, keep-alive and redirects are understood.
 */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

/** Headers about the connection or the form of the body: who sends the request makes them. */
const madeAnew = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** C Dynomite's, but for its Host, which was 127.0.0.1 whomever it asked: without one the request names whom it goes to. */
export const defaultRequest = "GET /REST/v1/admin/get_seeds HTTP/1.0\r\nUser-Agent: HTMLGET 1.0\r\n\r\n";

/**
 * Reads a request. Where a line break cannot be written, as in environment files, `\n` and `\r\n` may be spelled out. Throws, saying
 * what is accepted.
 */
export function parseHttpRequest(written: string): HttpRequest {
  const text = written.includes("\n") ? written : written.replaceAll("\\r", "\r").replaceAll("\\n", "\n");
  const [head, ...rest] = text.split(/\r?\n\r?\n/);
  const [requestLine, ...lines] = head!.trimEnd().split(/\r?\n/);
  const match = /^(GET|POST) (\/\S*)(?: HTTP\/1\.[01])?$/.exec(requestLine!.trim());
  if (match === null) {
    throw new Error("does not begin with a request line; accepted is GET or POST, a path and HTTP/1.0 or HTTP/1.1");
  }
  const method = match[1] as HttpRequest["method"];
  const headers = lines.map((line) => {
    const header = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
    if (header === null) {
      throw new Error(`has the line ${JSON.stringify(line)}, which is no header; accepted is name: value`);
    }
    return [header[1]!, header[2]!] as const;
  });
  const body = rest.join("\r\n\r\n");
  return {
    method,
    target: match[2]!,
    headers: headers.filter(([name]) => !madeAnew.has(name.toLowerCase())),
    body: method === "POST" ? body : undefined,
  };
}
