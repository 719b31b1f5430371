import { MemcachedProtocol } from "../../../../protocols/memcached/mod.ts";
import { limitBytes, type RequestSample, testProtocol } from "../../../conformance/protocol.ts";

const key250 = "k".repeat(250);

/** A line (with its data block), and what it is understood as; `sends` where not all of it is sent on. */
function one(bytes: string, request: string, sends?: string): RequestSample {
  return { bytes, requests: [sends === undefined ? request : `${request} sends ${JSON.stringify(sends)}`] };
}

const retrieval: RequestSample[] = [
  one("get a\r\n", "get(get, a) key 1"),
  one("get a bb  ccc \r\n", "get(get, a, bb, ccc) key 1"),
  one("  gets a\n", "gets(gets, a) key 1"),
  one(`get ${key250}\r\n`, `get(get, ${key250}) key 1`),
  one(`get a ${key250}k\r\n`, `badFormat(get, a, ${key250}k)`),
  one("get\r\n", "unknown(get)"),
  one("get  \r\n", "unknown(get)"),
  one("get a\tb\r\n", "badFormat(get, a\tb)"),
  one("get a\r\r\n", "badFormat(get, a\r)"),
  one("gat 10 a b\r\n", "gat(gat, 10, a, b) key 2"),
  one("gats -1 a\r\n", "gats(gats, -1, a) key 2"),
  one("gat 10\r\n", "nothing(gat, 10)"),
  one("gat x a\r\n", "badExptime(gat, x, a)"),
];

const storage: RequestSample[] = [
  one("set k 1 0 4\r\na\r\nb\r\n", "set(set, k, 1, 0, 4, a\r\nb) key 1"),
  one("set k 1 0 0\r\n\r\n", "set(set, k, 1, 0, 0, ) key 1"),
  one("set k 1 0 1 noreply\r\nx\r\n", "set(set, k, 1, 0, 1, x) key 1 quiet 1", "set k 1 0 1\r\nx\r\n"),
  one("add k 1 0 1  noreply  \r\nx\r\n", "add(add, k, 1, 0, 1, x) key 1 quiet 1", "add k 1 0 1  \r\nx\r\n"),
  one("replace k 4294967295 2147483647 1\r\nx\r\n", "replace(replace, k, 4294967295, 2147483647, 1, x) key 1"),
  one("append k 1 -1 1 ignored\r\nx\r\n", "append(append, k, 1, -1, 1, x) key 1", "append k 1 -1 1\r\nx\r\n"),
  one("prepend k 1 0 1\n\0\r\n", "prepend(prepend, k, 1, 0, 1, \0) key 1"),
  one("cas k 1 0 1 18446744073709551615\r\nx\r\n", "cas(cas, k, 1, 0, 1, 18446744073709551615, x) key 1"),
  one("cas k 1 0 1 7 noreply\r\nx\r\n", "cas(cas, k, 1, 0, 1, 7, x) key 1 quiet 1", "cas k 1 0 1 7\r\nx\r\n"),
  // The data block is as long as was said; if it does not end there, what follows is the next line.
  { bytes: "set k 0 0 1\r\nxyz\r\n", requests: ["badDataChunk(set, k, 0, 0, 1)", "unknown()"] },
  {
    bytes: "set k 0 0 1 noreply\r\nxyzget a\r\n",
    requests: ["badDataChunk(set, k, 0, 0, 1) quiet 1", "get(get, a) key 1"],
  },
  // Without a length that makes sense there is no telling what is data: it is read as commands, as memcached does.
  { bytes: "set k 0 0 -1\r\nx\r\n", requests: ["badFormat(set, k, 0, 0, -1)", "unknown()"] },
  { bytes: "set k 0 0 noreply\r\n", requests: ["badFormat(set, k, 0, 0, noreply) quiet 1"] },
  { bytes: "set k 4294967296 0 1\r\n", requests: ["badFormat(set, k, 4294967296, 0, 1)"] },
  { bytes: "set k 0 2147483648 1\r\n", requests: ["badFormat(set, k, 0, 2147483648, 1)"] },
  { bytes: "set k 0 0 2147483646\r\n", requests: ["badFormat(set, k, 0, 0, 2147483646)"] },
  { bytes: "set k +0 0 1\r\n", requests: ["badFormat(set, k, +0, 0, 1)"] },
  { bytes: "set k\0 0 0 1\r\n", requests: ["badFormat(set, k\0, 0, 0, 1)"] },
  { bytes: "cas k 0 0 1 18446744073709551616\r\n", requests: ["badFormat(cas, k, 0, 0, 1, 18446744073709551616)"] },
  { bytes: "cas k 0 0 1\r\nset k 0 0\r\n", requests: ["unknown(cas, k, 0, 0, 1)", "unknown(set, k, 0, 0)"] },
  { bytes: `set ${key250}k 0 0 1\r\n`, requests: [`badFormat(set, ${key250}k, 0, 0, 1)`] },
  // Above the limit: passed over, refused, and no old value stands that should have been replaced.
  {
    bytes: `ms k ${limitBytes + 1} q\r\n${"x".repeat(limitBytes + 1)}\r\nget a\r\n`,
    requests: ["delete(delete, k) key 1 quiet 1", "tooLarge()", "get(get, a) key 1"],
  },
  {
    bytes: `add k 0 0 ${limitBytes + 1}\r\n${"x".repeat(limitBytes + 1)}\r\nget a\r\n`,
    requests: [`tooLarge(add, k, 0, 0, ${limitBytes + 1})`, "get(get, a) key 1"],
  },
  {
    bytes: `set k 0 0 ${limitBytes + 1} noreply\r\n${"x".repeat(limitBytes + 1)}\r\nget a\r\n`,
    requests: ["delete(delete, k) key 1 quiet 1", "tooLarge() quiet 1", "get(get, a) key 1"],
  },
];

const others: RequestSample[] = [
  one("delete k\r\n", "delete(delete, k) key 1"),
  one("delete noreply\r\n", "delete(delete, noreply) key 1"),
  one("delete k 0\r\n", "delete(delete, k) key 1", "delete k\r\n"),
  one("delete k 0 noreply\r\n", "delete(delete, k) key 1 quiet 1", "delete k\r\n"),
  one("delete k 5\r\n", "badDelete(delete, k, 5)"),
  one("delete k 5 noreply\r\n", "badDelete(delete, k, 5, noreply) quiet 1"),
  one("delete k 0 noreply x\r\n", "unknown(delete, k, 0, noreply, x)"),
  one("incr k 18446744073709551615\r\n", "incr(incr, k, 18446744073709551615) key 1"),
  one("decr k 1 noreply\r\n", "decr(decr, k, 1) key 1 quiet 1", "decr k 1\r\n"),
  one("incr k -1\r\n", "badDelta(incr, k, -1)"),
  one("incr k noreply\r\n", "badDelta(incr, k, noreply) quiet 1"),
  one("incr k\r\n", "unknown(incr, k)"),
  one("touch k 0\r\n", "touch(touch, k, 0) key 1"),
  one("touch k 1 noreply\r\n", "touch(touch, k, 1) key 1 quiet 1", "touch k 1\r\n"),
  one("touch k soon\r\n", "badExptime(touch, k, soon)"),
  one("flush_all\r\n", "flush_all(flush_all)"),
  one("flush_all noreply\r\n", "flush_all(flush_all) quiet 1", "flush_all\r\n"),
  one("flush_all 10 noreply\r\n", "flush_all(flush_all, 10) quiet 1", "flush_all 10\r\n"),
  one("flush_all 0\r\n", "flush_all(flush_all, 0)"),
  one("flush_all now\r\n", "badExptime(flush_all, now)"),
  one("verbosity 1 noreply\r\n", "verbosity(verbosity, 1) quiet 1", "verbosity 1\r\n"),
  one("verbosity\r\n", "unknown(verbosity)"),
  one("verbosity noreply\r\n", "badFormat(verbosity, noreply) quiet 1"),
  one("version\r\n", "version(version)"),
  one("stats items\r\n", "stats(stats, items)"),
  one("quit\r\n", "quit(quit)"),
  one("mn\r\n", "mn(mn)"),
  one("GET a\r\n", "unknown(GET, a)"),
  one("GET / HTTP/1.1\r\n", "http(GET, /, HTTP/1.1)"),
  one("slabs reassign 1 2\r\n", "slabs(slabs, reassign, 1, 2)"),
  { bytes: "\r\n\n \r\n", requests: ["unknown()", "unknown()", "unknown()"] },
  {
    bytes: "get a\r\nset b 0 0 1\r\nx\r\nversion\r\n",
    requests: ["get(get, a) key 1", "set(set, b, 0, 0, 1, x) key 1", "version(version)"],
  },
];

const flags19 = "bcfhklqstuv PL".replace(/[b ]/g, "").split("").join(" ");
const meta: RequestSample[] = [
  one("mg k\r\n", "mg(mg, k) key 1"),
  one("mg k v t f Oab\r\n", "mg(mg, k, v, t, f, Oab) key 1"),
  one("mg k q v\r\n", "mg(mg, k, q, v) key 1 quiet 2", "mg k v\r\n"),
  one("mg k N30 v\r\n", "mg(mg, k, N30, v) key 1"),
  // The key is what it decodes to.
  one("mg Zm9vIGJhcg== b k\r\n", "mg(mg, foo bar, b, k) key 1"),
  one("mg Zm9v b q\r\n", "mg(mg, foo, b, q) key 1 quiet 2", "mg Zm9v b\r\n"),
  one("ms Zm9v 2 b\r\nhi\r\n", "ms(ms, foo, 2, b, hi) key 1"),
  one("mg Zm9 b\r\n", "badKeyCode(mg, Zm9, b)"),
  one("mg Zg0KZw== b k\r\n", "unprintableKey(mg, Zg0KZw==, b, k)"),
  one("mg Zg0KZw== b\r\n", "mg(mg, f\r\ng, b) key 1"),
  one("mg\r\n", "unknown(mg)"),
  one(`mg ${key250}k\r\n`, `badFormat(mg, ${key250}k)`),
  one("mg k v v\r\n", "duplicateFlag(mg, k, v, v)"),
  one("mg k !\r\n", "invalidFlag(mg, k, !)"),
  one("mg k Tx\r\n", "badToken(mg, k, Tx)"),
  one("mg k T\r\n", "badToken(mg, k, T)"),
  one(`mg k O${"o".repeat(32)}\r\n`, `opaqueTooLong(mg, k, O${"o".repeat(32)})`),
  one(
    `mg k ${flags19} ${"w ".repeat(9)}\r\n`,
    `getFlagsTooLong(mg, k, ${flags19.split(" ").join(", ")}, ${"w, ".repeat(9).slice(0, -2)})`,
  ),
  one(
    "ms k 2 T0 F1 c q Oab\r\nhi\r\n",
    "ms(ms, k, 2, T0, F1, c, q, Oab, hi) key 1 quiet 3",
    "ms k 2 T0 F1 c Oab\r\nhi\r\n",
  ),
  one("ms k 2 MA I\r\nhi\r\n", "ms(ms, k, 2, MA, I, hi) key 1"),
  { bytes: "ms k 1 q\r\nhi\r\n", requests: ["badDataChunk(ms, k, 1, q)", "unknown()"] },
  { bytes: "ms k 2 !\r\nhi\r\nmn\r\n", requests: ["invalidFlag(ms, k, 2, !)", "mn(mn)"] },
  { bytes: "ms k 2 MZ q\r\nhi\r\nmn\r\n", requests: ["badSetMode(ms, k, 2, MZ, q)", "mn(mn)"] },
  { bytes: "ms k 2 Fx\r\nhi\r\nmn\r\n", requests: ["badFormat(ms, k, 2, Fx)", "mn(mn)"] },
  { bytes: "ms k 2 Mab\r\nhi\r\nmn\r\n", requests: ["badModeLength(ms, k, 2, Mab)", "mn(mn)"] },
  { bytes: "ms k x\r\nmn\r\n", requests: ["badFormat(ms, k, x)", "mn(mn)"] },
  { bytes: "ms k\r\nms\r\n", requests: ["badFormat(ms, k)", "unknown(ms)"] },
  one("md k I T30 q\r\n", "md(md, k, I, T30, q) key 1 quiet 3", "md k I T30\r\n"),
  one("md k Cx\r\n", "invalidOrDuplicateFlag(md, k, Cx)"),
  one("ma k D5 MD v\r\n", "ma(ma, k, D5, MD, v) key 1"),
  one("ma k q N0 J7\r\n", "ma(ma, k, q, N0, J7) key 1 quiet 4", "ma k N0 J7\r\n"),
  one("ma k MX\r\n", "badArithmeticMode(ma, k, MX)"),
  one("me k\r\n", "me(me, k) key 1"),
  one("me Zm9v b\r\n", "me(me, foo, b) key 1"),
  one("me\r\n", "badFormat(me)"),
  one("mx k\r\n", "unknown(mx, k)"),
];

testProtocol({
  protocol: new MemcachedProtocol(),
  requests: [...retrieval, ...storage, ...others, ...meta],
  replies: [
    { bytes: "STORED\r\nNOT_FOUND\r\n", replies: ["STORED\r\n", "NOT_FOUND\r\n"] },
    { bytes: "END\r\n", replies: ["END\r\n"] },
    {
      bytes: "VALUE a 0 5\r\nEND\r\n\r\nVALUE b 7 0 12\r\n\r\nEND\r\n",
      replies: ["VALUE a 0 5\r\nEND\r\n\r\nVALUE b 7 0 12\r\n\r\nEND\r\n"],
    },
    {
      bytes: "VALUE a 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\n",
      replies: ["!VALUE a 0 1\r\nx\r\nSERVER_ERROR out of memory writing get response\r\n"],
    },
    {
      bytes: "ERROR\r\nCLIENT_ERROR bad data chunk\r\nSERVER_ERROR x\r\n",
      replies: ["!ERROR\r\n", "!CLIENT_ERROR bad data chunk\r\n", "!SERVER_ERROR x\r\n"],
    },
    { bytes: "18446744073709551615\r\n", replies: ["18446744073709551615\r\n"] },
    {
      bytes: "STAT pid 1\r\nSTAT uptime 2\r\nEND\r\nRESET\r\n",
      replies: ["STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n", "RESET\r\n"],
    },
    {
      bytes: "VA 4 f0 s4\r\nHD\r\n\r\nHD t-1\r\nEN\r\nVA 0\r\n\r\n",
      replies: ["VA 4 f0 s4\r\nHD\r\n\r\n", "HD t-1\r\n", "EN\r\n", "VA 0\r\n\r\n"],
    },
    { bytes: "HD ka\nb W\r\nMN\r\n", replies: ["HD ka\nb W\r\n", "MN\r\n"] },
    {
      bytes: "ME k exp=-1 la=0 cas=1 fetch=no cls=1 size=63\r\n",
      replies: ["ME k exp=-1 la=0 cas=1 fetch=no cls=1 size=63\r\n"],
    },
  ],
  badRequests: [
    { bytes: "\x80\x01\0\0", problem: "the binary protocol is not spoken here, use the text protocol" },
    { bytes: "get a\r\n\x80\x01", problem: "the binary protocol is not spoken here, use the text protocol" },
    { bytes: `set ${"k".repeat(8189)}\r\n`, problem: "a line is longer than 8192 bytes" },
    { bytes: `get ${"k ".repeat(4095)}\r\n`, problem: "a line is longer than 4096 bytes" },
  ],
  badReplies: [
    { bytes: "VALUE a 0 x\r\n", problem: "the length of a data block is not valid" },
    { bytes: "VALUE a 0\r\n", problem: "the length of a data block is not valid" },
    { bytes: "VA 99999999999\r\n", problem: "the length of a data block is not valid" },
    { bytes: "VA 4096\r\n", problem: "the reply is above the limit" },
    { bytes: "VA 1\r\nxy\r\n", problem: "a data block does not end with CR LF" },
  ],
  heldBytesMax: 8192 + 16,
});
