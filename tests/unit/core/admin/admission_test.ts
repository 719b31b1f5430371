import { assertEquals, assertStringIncludes } from "@std/assert";
import { isLoopback, refusalOf } from "../../../../core/admin/admission.ts";

const own = { token: undefined, hostNames: ["db7", "0.0.0.0"] };
const withToken = { ...own, token: "s3cret" };
const read = { access: "operator" } as const;
const change = { access: "operator", changes: true } as const;

function status(
  route: Parameters<typeof refusalOf>[0],
  headers: Record<string, string>,
  { rules = own, address = "127.0.0.1" }: { rules?: typeof withToken | typeof own; address?: string } = {},
): number | undefined {
  return refusalOf(route, { address, headers: new Headers(headers) }, rules)?.status;
}

Deno.test("isLoopback() knows this machine's own addresses in every form, and no others", () => {
  for (const address of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::FFFF:127.3.2.1", "::ffff:7f00:1"]) {
    assertEquals([address, isLoopback(address)], [address, true]);
  }
  for (
    const address of ["10.0.0.1", "128.0.0.1", "::2", "::ffff:10.0.0.1", "::ffff:8000:1", "127.0.0.1.evil.com", ""]
  ) {
    assertEquals([address, isLoopback(address)], [address, false]);
  }
});

Deno.test("refusalOf() without a token lets callers of elsewhere only ask what is for anyone, and names admin_token", () => {
  const address = "10.1.2.3";
  assertEquals(status({ access: "anyone" }, {}, { address }), undefined);
  assertEquals(status(read, {}, { address }), 403);
  assertEquals(status({ access: "page" }, {}, { address }), 403);
  assertEquals(status(change, {}, { address }), 403);
  assertEquals(status(change, {}), undefined);
  const refusal = refusalOf(read, { address, headers: new Headers() }, own);
  assertStringIncludes(refusal?.reason ?? "", "admin_token");
});

Deno.test("refusalOf() takes what a proxy on this machine passes on for its sender's", () => {
  assertEquals(status(read, { "x-forwarded-for": "10.1.2.3" }), 403);
  assertEquals(status(read, { forwarded: "for=10.1.2.3" }), 403);
});

Deno.test("refusalOf() with a token asks for it wherever the caller is", () => {
  for (const address of ["127.0.0.1", "10.1.2.3"]) {
    const given = (authorization: string) => status(change, { authorization }, { rules: withToken, address });
    assertEquals(status({ access: "anyone" }, {}, { rules: withToken, address }), undefined);
    assertEquals(status({ access: "page" }, {}, { rules: withToken, address }), undefined);
    assertEquals(status(read, {}, { rules: withToken, address }), 401);
    assertEquals(given("Bearer s3cret"), undefined);
    assertEquals(given("bearer  s3cret"), undefined);
    for (const wrong of ["Bearer s3cre", "Bearer s3cret2", "Bearer", "Basic s3cret", "s3cret", "Bearer s3cret x"]) {
      assertEquals([wrong, given(wrong)], [wrong, 401]);
    }
  }
  const refusal = refusalOf(read, { address: "127.0.0.1", headers: new Headers() }, withToken);
  assertEquals(refusal?.headers, { "www-authenticate": 'Bearer realm="dynomite"' });
});

Deno.test("refusalOf() without a token refuses a page whose name was made to point to this machine", () => {
  const both = (host: string) => [host, status(read, { host }), status(change, { host })];
  for (const host of ["127.0.0.1:22222", "127.0.0.9", "[::1]:22222", "localhost:22222", "LOCALHOST", "a.localhost"]) {
    assertEquals(both(host), [host, undefined, undefined]);
  }
  for (const host of ["evil.example:1", "127.0.0.1.evil.example", "db7.evil.example", "10.0.0.9", "[::]:1", ""]) {
    assertEquals(both(host), [host, 403, 403]);
  }
  // A browser that asks by such a name does not say where the page is from.
  for (const host of ["db7:22222", "DB7", "0.0.0.0:22222"]) assertEquals(both(host), [host, undefined, 403]);
  // The token is proof enough.
  const authorization = "Bearer s3cret";
  assertEquals(status(change, { host: "proxy.example", authorization }, { rules: withToken }), undefined);
});

Deno.test("refusalOf() without a token refuses changes that a page of another site asks for", () => {
  const host = "127.0.0.1:22222";
  const from = (headers: Record<string, string>, route: Parameters<typeof refusalOf>[0] = change) =>
    status(route, { host, ...headers });
  assertEquals(from({}), undefined);
  assertEquals(from({ "sec-fetch-site": "same-origin", origin: "http://127.0.0.1:22222" }), undefined);
  assertEquals(from({ "sec-fetch-site": "none" }), undefined);
  assertEquals(from({ "sec-fetch-site": "cross-site" }), 403);
  assertEquals(from({ "sec-fetch-site": "same-site" }), 403);
  assertEquals(from({ origin: "http://evil.example" }), 403);
  assertEquals(from({ origin: "http://127.0.0.1:8080" }), 403);
  assertEquals(from({ origin: "null" }), 403);
  // A page may send the request to read, and its browser does not show it the answer.
  assertEquals(from({ "sec-fetch-site": "cross-site" }, read), undefined);
});
