import { REQUEST_HEAD_BYTES } from "../../../../core/protocol.ts";
import { RedisProtocol } from "../../../../protocols/redis/mod.ts";
import { limitBytes, testProtocol } from "../../../conformance/protocol.ts";
import { resp } from "../../../support/redis_requests.ts";

testProtocol({
  protocol: new RedisProtocol(),
  requests: [
    { bytes: resp("PING"), requests: ["ping(PING)"] },
    { bytes: "PING\r\n", requests: ["ping(PING)"] },
    { bytes: "\r\n*0\r\n*-1\r\nping hello\n", requests: ["ping(ping, hello)"] },
    { bytes: resp("get", "k"), requests: ["get(get, k) key 1"] },
    { bytes: resp("SET", "\0\r\n\xff", "*1\r\n$4\r\n"), requests: ["set(SET, \0\r\n\xff, *1\r\n$4\r\n) key 1"] },
    { bytes: resp("SET", "", ""), requests: ["set(SET, , ) key 1"] },
    { bytes: `SET "a b" 'c\\'d'\r\n`, requests: ["set(SET, a b, c'd) key 1"] },
    {
      bytes: resp("GET", "a") + "GET b\r\n" + resp("GET", "c"),
      requests: ["get(GET, a) key 1", "get(GET, b) key 1", "get(GET, c) key 1"],
    },
    { bytes: resp("OBJECT", "ENCODING", "k"), requests: ["object|encoding(OBJECT, ENCODING, k) key 2"] },
    { bytes: resp("BITOP", "AND", "d", "a"), requests: ["bitop(BITOP, AND, d, a) key 2"] },
    { bytes: resp("GET"), requests: ["(wrong arity)(GET)"] },
    { bytes: resp("CONFIG", "NOPE"), requests: ["(unknown subcommand)(CONFIG, NOPE)"] },
    { bytes: resp("NOPE", "a"), requests: ["(unknown)(NOPE, a)"] },
    { bytes: "POST / HTTP/1.1\r\n", requests: ["(http)(POST, /, HTTP/1.1)"] },
    {
      bytes: resp("XREAD", "BLOCK", "0", "STREAMS", "s", "$"),
      requests: ["(xread block)(XREAD, BLOCK, 0, STREAMS, s, $)"],
    },
  ],
  badRequests: [
    { bytes: "*x\r\n", problem: "Protocol error: invalid multibulk length" },
    { bytes: "*01\r\n", problem: "Protocol error: invalid multibulk length" },
    { bytes: "*1\r\n+OK\r\n", problem: "Protocol error: expected '$', got '+'" },
    { bytes: "*1\r\n$-1\r\n", problem: "Protocol error: invalid bulk length" },
    {
      bytes: `*1\r\n$${limitBytes + 1}\r\n`,
      problem: `Protocol error: invalid bulk length: a request may have ${limitBytes} bytes (max_request_bytes)`,
    },
    { bytes: `GET "a\r\n`, problem: "Protocol error: unbalanced quotes in request" },
  ],
  replies: [
    { bytes: "+OK\r\n", replies: ["+OK\r\n"] },
    { bytes: "-ERR no\r\n:1\r\n", replies: ["!-ERR no\r\n", ":1\r\n"] },
    { bytes: "!6\r\nERR no\r\n", replies: ["!!6\r\nERR no\r\n"] },
    { bytes: "$3\r\n\r\n\0\r\n", replies: ["$3\r\n\r\n\0\r\n"] },
    { bytes: "$-1\r\n*-1\r\n_\r\n", replies: ["$-1\r\n", "*-1\r\n", "_\r\n"] },
    { bytes: "*2\r\n*1\r\n:1\r\n$1\r\na\r\n", replies: ["*2\r\n*1\r\n:1\r\n$1\r\na\r\n"] },
    { bytes: "%1\r\n+a\r\n~1\r\n#t\r\n", replies: ["%1\r\n+a\r\n~1\r\n#t\r\n"] },
    { bytes: ">1\r\n+pushed\r\n,1.5\r\n", replies: [">>1\r\n+pushed\r\n", ",1.5\r\n"] },
    { bytes: "=5\r\ntxt:a\r\n(12\r\n", replies: ["=5\r\ntxt:a\r\n", "(12\r\n"] },
  ],
  badReplies: [
    { bytes: "OK\r\n", problem: "a reply begins with byte 79" },
    { bytes: "+OK\n", problem: "a line does not end with CR LF" },
    { bytes: "$x\r\n", problem: "a bulk length is not valid or above the limit" },
    { bytes: `$${limitBytes + 1}\r\n`, problem: "a bulk length is not valid or above the limit" },
    { bytes: "*-2\r\n", problem: "an aggregate's length is not valid" },
    { bytes: "*99999\r\n", problem: "an aggregate has too many elements" },
  ],
  heldBytesMax: limitBytes + REQUEST_HEAD_BYTES,
});
