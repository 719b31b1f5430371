/** The answers of the stats port, each with its own content type; C Dynomite called everything JSON. */

/** What C Dynomite says when a command was obeyed. */
export const OK = "OK\r\n";

/** A JSON answer, with a line per value: C Dynomite's is read by tools that look at lines. */
export function json(value: unknown): Response {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return new Response(`${JSON.stringify(value, null, 1)}\n`, { headers });
}

/** Plain text, for people and scripts. Reasons of a refusal end with one line break. */
export function text(body: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", ...headers } });
}

/** 400: the value is not one of those accepted. Both are named. */
export function badValue(what: string, value: string, accepted: string): Response {
  return text(`${what} ${JSON.stringify(value)} is not accepted; accepted is ${accepted}\n`, 400);
}
