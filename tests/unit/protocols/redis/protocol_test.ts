import { RedisProtocol } from "../../../../protocols/redis/mod.ts";
import { testProtocol } from "../../../conformance/protocol.ts";

testProtocol({
  protocol: new RedisProtocol(),
  requests: [
    { bytes: "*2\r\n$3\r\nGET\r\n$1\r\na\r\n", requests: ["get(GET, a) key 1"] },
    { bytes: "*3\r\n$3\r\nset\r\n$2\r\n\r\n\r\n$0\r\n\r\n", requests: ["set(set, \r\n, ) key 1"] },
    { bytes: "PING\r\nget  a\n", requests: ["ping(PING)", "get(get, a) key 1"] },
    { bytes: "\r\n*0\r\n*-1\r\n*1\r\n$4\r\nPING\r\n", requests: ["ping(PING)"] },
  ],
  replies: [
    { bytes: "+OK\r\n-ERR no\r\n:1\r\n", replies: ["+OK\r\n", "!-ERR no\r\n", ":1\r\n"] },
    { bytes: "$4\r\na\r\nb\r\n$-1\r\n$0\r\n\r\n", replies: ["$4\r\na\r\nb\r\n", "$-1\r\n", "$0\r\n\r\n"] },
    {
      bytes: "*2\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n*-1\r\n",
      replies: ["*2\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n", "*-1\r\n"],
    },
    {
      bytes: ">2\r\n+a\r\n+b\r\n%1\r\n+k\r\n#t\r\n_\r\n",
      replies: [">>2\r\n+a\r\n+b\r\n", "%1\r\n+k\r\n#t\r\n", "_\r\n"],
    },
  ],
  badRequests: [
    { bytes: "*x\r\n", problem: "Protocol error: invalid multibulk length" },
    { bytes: "*1\r\n:1\r\n", problem: "Protocol error: expected '$', got ':'" },
  ],
  badReplies: [{ bytes: "hello\r\n", problem: "a reply begins with byte 104" }],
  heldBytesMax: 66 * 1024,
});
