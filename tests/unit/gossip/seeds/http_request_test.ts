import { assertEquals, assertThrows } from "@std/assert";
import { defaultRequest, parseHttpRequest } from "../../../../gossip/seeds/http_request.ts";

Deno.test("parseHttpRequest() reads the request that C Dynomite sends", () => {
  assertEquals(parseHttpRequest(defaultRequest), {
    method: "GET",
    target: "/REST/v1/admin/get_seeds",
    headers: [["User-Agent", "HTMLGET 1.0"]],
    body: undefined,
  });
});

Deno.test("parseHttpRequest() reads the same request with any line breaks, spelled out ones too", () => {
  const expected = parseHttpRequest(defaultRequest);
  for (const lineBreak of ["\n", "\\n", "\\r\\n"]) {
    assertEquals(parseHttpRequest(defaultRequest.replaceAll("\r\n", lineBreak)), expected);
  }
  const written = "GET /a HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  assertEquals(parseHttpRequest(written).headers, [["Host", "127.0.0.1"]]);
  assertEquals(parseHttpRequest("GET /seeds?cluster=one").target, "/seeds?cluster=one");
});

Deno.test("parseHttpRequest() keeps a body, and leaves out what belongs to the connection", () => {
  assertEquals(
    parseHttpRequest(
      "POST /seeds HTTP/1.1\r\nConnection: close\r\nContent-Length: 9\r\nX-Key: a: b \r\n\r\nfirst\r\n\r\nsecond",
    ),
    { method: "POST", target: "/seeds", headers: [["X-Key", "a: b"]], body: "first\r\n\r\nsecond" },
  );
});

Deno.test("parseHttpRequest() says what is wrong", () => {
  for (const bad of ["", "DELETE / HTTP/1.1", "GET", "GET seeds HTTP/1.0", "GET http://a/ HTTP/1.0", "GET / HTTP/2"]) {
    assertThrows(() => parseHttpRequest(bad), Error, "does not begin with a request line");
  }
  assertThrows(() => parseHttpRequest("GET / HTTP/1.0\r\nHost"), Error, 'the line "Host", which is no header');
});
