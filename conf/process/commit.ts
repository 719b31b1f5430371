/**
 * The commit this program was made from. A compiled program carries it in a file (conf/build/compile.ts writes it); one that
 * runs from a checkout reads it off Git's own files, without starting Git:
 *
 *     .git/HEAD            "ref: refs/heads/main"     .git/refs/heads/main    the commit
 *     .git/packed-refs     "<commit> refs/heads/main" for refs that have no file of their own
 *     .git                 "gitdir: <folder>" in a second work tree; that folder's `commondir` says where the refs are
 */

/** The text of a file, or undefined where there is none that may be read. */
export type ReadText = (path: string) => string | undefined;

/** The file in a compiled program, beside this one. It is made for the compilation and is in no checkout. */
export const commitFile = new URL("./commit.txt", import.meta.url);

const root = new URL("../../", import.meta.url);

/** The commit as its first twelve digits, with `+` behind it where the compiled sources differed; undefined when unknown. */
export function builtFrom(): string | undefined {
  if (Deno.build.standalone) return readText(commitFile)?.trim();
  return shorten(commitOfCheckout((path) => readText(new URL(path, root))));
}

/** The first digits: enough for people and for Git. */
export function shorten(commit: string | undefined): string | undefined {
  return commit?.slice(0, 12);
}

/** The commit that is checked out, in full. `read` gets paths below the root of the checkout, and absolute ones. */
export function commitOfCheckout(read: ReadText): string | undefined {
  const folder = /^gitdir: (.+)$/m.exec(read(".git") ?? "")?.[1] ?? ".git";
  const head = read(`${folder}/HEAD`)?.trim();
  if (head === undefined) return undefined;
  const ref = /^ref: (refs\/.+)$/.exec(head)?.[1];
  if (ref === undefined) return asCommit(head);
  const common = read(`${folder}/commondir`)?.trim();
  const refs = common === undefined ? folder : common.startsWith("/") ? common : `${folder}/${common}`;
  const packed = () => read(`${refs}/packed-refs`)?.split("\n").find((line) => line.endsWith(` ${ref}`))?.split(" ")[0];
  return asCommit(read(`${folder}/${ref}`) ?? read(`${refs}/${ref}`) ?? packed());
}

function asCommit(text: string | undefined): string | undefined {
  const commit = text?.trim() ?? "";
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit) ? commit : undefined;
}

function readText(path: URL): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    // Not there, a folder, or not ours to read: the version is told without it.
    return undefined;
  }
}
