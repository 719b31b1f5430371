/** SLOWLOG: the node's slow log in Redis' form. Its HELP is help.ts's, like every container's. */
import type { Answer, Ask } from "../answer.ts";
import { isInteger } from "../integers.ts";

const COUNT_DEFAULT = 10;

function get({ args, node, out }: Ask): void {
  if (args.length > 3) return out.error("ERR wrong number of arguments for 'slowlog|get' command");
  const count = args.length === 3 ? args[2]! : String(COUNT_DEFAULT);
  if (!isInteger(count) || Number(count) < -1) return out.error("ERR count should be greater than or equal to -1");
  const entries = node.slowLog.newest(count === "-1" ? node.slowLog.length : Number(count));
  out.array(entries.length);
  for (const { id, timestamp, durationUs, args, client, clientName } of entries) {
    out.array(6);
    out.integer(id);
    out.integer(timestamp);
    out.integer(durationUs);
    out.array(args.length);
    for (const arg of args) out.bulk(arg);
    out.bulkText(client);
    out.bulkText(clientName);
  }
}

export const slowLogAnswers: Readonly<Record<string, Answer>> = {
  "slowlog|get": get,
  "slowlog|len": ({ node, out }) => out.integer(node.slowLog.length),
  "slowlog|reset": ({ node, out }) => {
    node.slowLog.reset();
    out.status("OK");
  },
};
