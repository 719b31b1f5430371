/** The Dockerfile as the test of an image needs it: what its last stage says. */
import { DockerfileParser, type Instruction } from "dockerfile-ast";

export interface ImagePlan {
  /** The image of each stage, in order. */
  readonly from: readonly string[];
  /** What is copied from the sources in any stage. */
  readonly sources: readonly string[];
  /** What the last stage copies. `stage`: from the one before. */
  readonly copies: readonly { readonly stage: boolean; readonly from: string; readonly to: string }[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly workdir: string;
  readonly ports: readonly number[];
  readonly volumes: readonly string[];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
  readonly stopSignal: string;
}

export function readDockerfile(text: string): ImagePlan {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const from = instructions.filter((instruction) => instruction.getKeyword() === "FROM");
  const stage = instructions.slice(instructions.lastIndexOf(from.at(-1)!) + 1);
  const all = (keyword: string, of: readonly Instruction[] = stage) => of.filter((i) => i.getKeyword() === keyword);
  const words = (instruction: Instruction | undefined) =>
    (instruction?.getArguments() ?? []).map((argument) => argument.getValue());
  /** The words of `["a", "b"]`. */
  const list = (instruction: Instruction | undefined) => {
    const written = instruction?.getRawArgumentsContent() ?? "[]";
    return JSON.parse(written.slice(written.indexOf("["))) as string[];
  };
  const isFlag = (word: string) => word.startsWith("--");
  return {
    from: from.map((instruction) => words(instruction).find((word) => !isFlag(word))!),
    sources: all("COPY", instructions).filter((copy) => !copyFlags(copy).includes("--from=build")).flatMap((copy) =>
      words(copy).filter((word) => !isFlag(word)).slice(0, -1)
    ),
    copies: all("COPY").map((copy) => {
      const [source, target] = words(copy).filter((word) => !isFlag(word));
      return { stage: copyFlags(copy).includes("--from=build"), from: source!, to: target! };
    }),
    env: Object.fromEntries(all("ENV").flatMap(words).map((word) => word.split("=") as [string, string])),
    user: words(all("USER")[0])[0]!,
    workdir: words(all("WORKDIR")[0])[0]!,
    ports: all("EXPOSE").flatMap(words).map(Number),
    volumes: all("VOLUME").flatMap(words),
    entrypoint: list(all("ENTRYPOINT")[0]),
    command: list(all("CMD")[0]),
    healthcheck: list(all("HEALTHCHECK")[0]),
    stopSignal: words(all("STOPSIGNAL")[0])[0]!,
  };
}

function copyFlags(copy: Instruction): readonly string[] {
  return copy.getTextContent().split(/\s+/).filter((word) => word.startsWith("--"));
}
