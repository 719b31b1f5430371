/**
 * A small name server on loopback, over UDP and TCP, for tests: TXT, A and AAAA records, names that do not exist, answers that
 * are cut short (over UDP, so that TCP is asked), and silence.
 */
import { Buffer } from "node:buffer";

const types = { A: 1, TXT: 16, AAAA: 28 } as const;
type RecordType = keyof typeof types;

const Code = { Good: 0, ServerFailure: 2, NoSuchName: 3 } as const;
/** What resolvers accept over UDP from one that says nothing else. */
const DATAGRAM_BYTES_MAX = 512;

/** One TXT record is a list of character-strings. */
export interface Zone {
  readonly TXT?: readonly (readonly string[])[];
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
}

export class DnsServer {
  /** By name, in lower case, without the last dot. */
  readonly zones = new Map<string, Zone>();
  mode: "answers" | "silent" | "fails" = "answers";
  /** Questions over TCP so far. */
  askedOverTcp = 0;
  readonly address: { readonly ipAddr: string; readonly port: number };
  readonly #udp: Deno.DatagramConn;
  readonly #tcp: Deno.TcpListener;
  readonly #served: Promise<unknown>;

  constructor() {
    this.#tcp = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = this.#tcp.addr;
    this.#udp = Deno.listenDatagram({ hostname: "127.0.0.1", port, transport: "udp" });
    this.address = { ipAddr: "127.0.0.1", port };
    this.#served = Promise.all([this.#serveUdp(), this.#serveTcp()]);
  }

  async #serveUdp(): Promise<void> {
    for await (const [question, from] of this.#udp) {
      if (this.mode === "silent") continue;
      const answer = this.#answer(Buffer.from(question));
      if (answer.length <= DATAGRAM_BYTES_MAX) {
        await this.#udp.send(answer, from);
      } else {
        const none = this.#answer(Buffer.from(question), true);
        await this.#udp.send(none, from);
      }
    }
  }

  async #serveTcp(): Promise<void> {
    for await (const connection of this.#tcp) {
      this.askedOverTcp++;
      // Small questions on loopback come in one piece.
      const bytes = new Uint8Array(4096);
      const count = await connection.read(bytes) ?? 0;
      const answer = this.#answer(Buffer.from(bytes.subarray(2, count)));
      const framed = Buffer.concat([Buffer.of(answer.length >> 8, answer.length & 255), answer]);
      for (let at = 0; at < framed.length;) at += await connection.write(framed.subarray(at));
      connection.close();
    }
  }

  /** The message back; `cut`: no records, and the mark that there are some. */
  #answer(question: Buffer, cut = false): Buffer {
    const { name, type, end } = readQuestion(question);
    const zone = this.zones.get(name);
    const code = this.mode === "fails" ? Code.ServerFailure : zone === undefined ? Code.NoSuchName : Code.Good;
    const records = cut || code !== Code.Good ? [] : recordsOf(zone!, type);
    const header = Buffer.alloc(12);
    question.copy(header, 0, 0, 2);
    header[2] = 0x84 | (cut ? 2 : 0) | (question[2]! & 1);
    header[3] = 0x80 | code;
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(records.length, 6);
    return Buffer.concat([header, question.subarray(12, end), ...records.map((data) => record(type, data))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await this.#served;
  }
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at++]!; length > 0; length = message[at++]!) {
    labels.push(message.toString("latin1", at, at + length));
    at += length;
  }
  return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at), end: at + 4 };
}

/** The data of each record. */
function recordsOf(zone: Zone, type: number): Buffer[] {
  const asked = (Object.keys(types) as RecordType[]).find((name) => types[name] === type);
  switch (asked) {
    case "TXT":
      return (zone.TXT ?? []).map((strings) =>
        Buffer.concat(strings.flatMap((text) => [Buffer.of(text.length), Buffer.from(text, "latin1")]))
      );
    case "A":
      return (zone.A ?? []).map((address) => Buffer.from(address.split(".").map(Number)));
    case "AAAA":
      return (zone.AAAA ?? []).map(addressBytes);
    default:
      return [];
  }
}

/** `fd00::2` as 16 bytes. */
function addressBytes(address: string): Buffer {
  const [head, tail] = address.split("::").map((part) => part === "" ? [] : part.split(":"));
  const groups = [...head!, ...Array<string>(8 - head!.length - (tail?.length ?? 0)).fill("0"), ...(tail ?? [])];
  return Buffer.from(groups.map((group) => group.padStart(4, "0")).join(""), "hex");
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  // The name is the question's, by its offset.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
