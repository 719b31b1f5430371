import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteWriter } from "../../../../core/bytes.ts";
import { Reply, ReplyKind } from "../../../../core/reply.ts";
import { Join, KeptKeys, KeyList, Request } from "../../../../core/request.ts";
import { MemcachedProtocol } from "../../../../protocols/memcached/mod.ts";
import { bytesOf, describeRequest, textOf } from "../../../conformance/protocol.ts";

const protocol = new MemcachedProtocol();

function parse(text: string): Request {
  const parser = protocol.createRequestParser({ maxRequestBytes: 1 << 20 });
  const bytes = bytesOf(text);
  assertEquals(parser.parse(bytes, 0, bytes.length), bytes.length);
  return parser.request;
}

function reply(text: string): Reply {
  const parser = protocol.createReplyParser(1 << 20);
  const bytes = bytesOf(`-${text}`);
  assertEquals(parser.parse(bytes, 1, bytes.length), bytes.length);
  return parser.reply;
}

/** What a server that has `values` answers to a get line. */
function serve(line: string, values: Readonly<Record<string, string>>): string {
  const words = line.trim().split(" ");
  const keys = words[0]!.startsWith("gat") ? words.slice(2) : words.slice(1);
  const found = keys.filter((key) => Object.hasOwn(values, key));
  return found.map((key) => `VALUE ${key} 1 ${values[key]!.length}\r\n${values[key]}\r\n`).join("") + "END\r\n";
}

Deno.test("joinParts() gives the values that one server would give, in its order, whoever has which key", () => {
  const keys = fc.array(fc.constantFrom("a", "b", "c", "dd", "e"), { minLength: 1, maxLength: 10 });
  const values = fc.dictionary(
    fc.constantFrom("a", "b", "c", "dd"),
    fc.constantFrom("", "x", "END\r\n", "VALUE a 1 0\r\n"),
  );
  fc.assert(fc.property(keys, values, fc.constantFrom("get", "gat 10"), fc.nat(3), (names, held, name, spread) => {
    const line = `${name} ${names.join(" ")}\r\n`;
    const request = parse(line);
    const list = new KeyList();
    protocol.findKeys(request, list);
    assertEquals(list.count, names.length);
    const owners = names.map((key) => key.charCodeAt(0) % (spread + 1));
    const used = [...new Set(owners)];
    const partOf = Int32Array.from(owners, (owner) => used.indexOf(owner));
    const kept = new KeptKeys();
    kept.keep(request, list);
    const out = new ByteWriter();
    const target = new Request(request.command);
    const parts = used.map((_, part) => {
      out.clear();
      protocol.writePart(request, list, partOf, part, target, out);
      target.bytes = out.bytes;
      const sent = textOf(out.bytes, 0, out.length);
      assertEquals(describeRequest(target), describeRequest(parse(sent)));
      return reply(serve(sent, held)).copy();
    });
    out.clear();
    protocol.joinParts(Join.KeyOrder, parts, partOf, names.length, 0, out, kept);
    assertEquals(textOf(out.bytes, 0, out.length), serve(line, held));
  }));
});

Deno.test("joinParts() gives the first error where a part has one, else the first reply", () => {
  const out = new ByteWriter();
  const join = (how: Join, ...replies: string[]) => {
    out.clear();
    const parts = replies.map((text) => reply(text).copy());
    protocol.joinParts(how, parts, new Int32Array(2), 0, 0, out, new KeptKeys());
    return textOf(out.bytes, 0, out.length);
  };
  assertEquals(join(Join.AllSucceeded, "OK\r\n", "OK\r\n"), "OK\r\n");
  assertEquals(join(Join.AllSucceeded, "OK\r\n", "SERVER_ERROR gone\r\n"), "SERVER_ERROR gone\r\n");
  assertEquals(join(Join.KeyOrder, "VALUE a 0 1\r\nx\r\nEND\r\n", "SERVER_ERROR gone\r\n"), "SERVER_ERROR gone\r\n");
});

Deno.test("isSuppressed() hides what the client asked not to hear, and no more", () => {
  const hidden = (request: string, text: string) => {
    const { quiet } = parse(request);
    const bytes = bytesOf(text);
    const kind = /ERROR/.test(text) ? ReplyKind.Error : ReplyKind.Value;
    return quiet !== 0 && protocol.isSuppressed(quiet, new Reply().set(bytes, 0, bytes.length, kind));
  };
  assertEquals(hidden("set k 0 0 1\r\nx\r\n", "STORED\r\n"), false);
  for (const text of ["STORED\r\n", "NOT_STORED\r\n", "SERVER_ERROR Storage: gone\r\n"]) {
    assertEquals(hidden("set k 0 0 1 noreply\r\nx\r\n", text), true);
  }
  const told: [request: string, told: string[], hidden: string[]][] = [
    ["mg k v q\r\n", ["VA 1\r\nx\r\n", "HD\r\n", "SERVER_ERROR x\r\n"], ["EN\r\n", "EN Oa\r\n"]],
    ["ms k 1 q\r\nx\r\n", ["NS\r\n", "EX\r\n", "SERVER_ERROR x\r\n"], ["HD\r\n", "HD c7\r\n"]],
    ["md k q\r\n", ["NF\r\n", "EX\r\n"], ["HD\r\n"]],
    ["ma k v q\r\n", ["NF\r\n", "EX\r\n", "CLIENT_ERROR x\r\n"], ["HD\r\n", "VA 1\r\n7\r\n"]],
  ];
  for (const [request, heard, unheard] of told) {
    for (const text of heard) assertEquals(hidden(request, text), false, request + text);
    for (const text of unheard) assertEquals(hidden(request, text), true, request + text);
  }
});
