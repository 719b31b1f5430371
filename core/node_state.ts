/**
 * The states of a node, and what each allows. An operator who warms up a node with an empty or old store takes it through
 *
 *     STANDBY  ->  WRITES_ONLY  ->  (copy the data)  ->  RESUMING  ->  NORMAL
 *
 * so that it is asked for nothing it does not hold, and misses no write from WRITES_ONLY on. Names and numbers are C Dynomite's.
 */
import { Failure, FailureKind } from "./reply.ts";
import { Access } from "./request.ts";

/** A set of kinds of request. */
export const Kinds = { None: 0, Reads: 1, Writes: 2, All: 3 } as const;
export type Kinds = typeof Kinds[keyof typeof Kinds];

/** The kind that a request of this access is. */
export function kindOf(access: Access): Kinds {
  return access === Access.Write ? Kinds.Writes : Kinds.Reads;
}

interface StateRow {
  /** C Dynomite's number. */
  readonly code: number;
  /** What a node in this state answers with the state error. */
  readonly refuses: Kinds;
  /** What others send elsewhere when they have a choice: what is refused, put off, or better served there. */
  readonly avoid: Kinds;
  /** Writes wait in a queue for a later state. */
  readonly queuesWrites: boolean;
}

function row(code: number, refuses: Kinds, avoid: Kinds, queuesWrites = false): StateRow {
  return { code, refuses, avoid, queuesWrites };
}

export const nodeStates = {
  /** It looks for the others. Its store answers what comes; what it is sent to pass on might not reach everybody. */
  JOINING: row(7, Kinds.None, Kinds.All),
  NORMAL: row(4, Kinds.None, Kinds.None),
  STANDBY: row(1, Kinds.All, Kinds.All),
  WRITES_ONLY: row(2, Kinds.Reads, Kinds.All, true),
  RESUMING: row(3, Kinds.Reads, Kinds.Reads),
  /** Of another node alone: it is away, or an operator said so. */
  DOWN: row(8, Kinds.All, Kinds.All),
  /** It is out of the rings of all others, and serves those who still ask until it is stopped. */
  LEAVING: row(6, Kinds.None, Kinds.All),
} as const satisfies Readonly<Record<string, StateRow>>;
export type NodeState = keyof typeof nodeStates;

/** Those that an operator may put a node in, as `/state/<name>` calls them. */
export const stateByPath: Readonly<Record<string, NodeState>> = {
  standby: "STANDBY",
  writes_only: "WRITES_ONLY",
  resuming: "RESUMING",
  normal: "NORMAL",
  leaving: "LEAVING",
};

/** Reads a state that another node says it is in. What a newer version may have added counts as NORMAL. */
export function readState(text: string | undefined): NodeState {
  return text !== undefined && Object.hasOwn(nodeStates, text) ? text as NodeState : "NORMAL";
}

/** C Dynomite's words, which a node that asked another one knows the refusal by. */
const REFUSAL = "Dynomite's current state does not allow this request";
const PUT_OFF = "Dynomite's current state puts this write off";

/** The state does not allow the request. */
export const stateRefusal: Failure = new Failure(FailureKind.State, "Dynomite", REFUSAL);
/** The write is in the queue: it will be done, and nobody will be told. */
export const putOff: Failure = new Failure(
  FailureKind.Queued,
  "Dynomite",
  `${PUT_OFF}: it waits in the node's queue, and is done when the node resumes`,
);

/** What the text of a node's error says of its state: `FailureKind.State`, `Queued`, or undefined for nothing. */
export function stateFailureKind(text: string): FailureKind | undefined {
  if (text.startsWith(REFUSAL)) return FailureKind.State;
  return text.startsWith(PUT_OFF) ? FailureKind.Queued : undefined;
}

/** The refusal of another node that is known to be in `state`, given in its place. */
export function refusalOf(name: string, state: NodeState): Failure {
  return new Failure(FailureKind.State, "Dynomite", `${REFUSAL} (${name} is ${state})`);
}
