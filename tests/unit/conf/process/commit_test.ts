import { assertEquals, assertMatch } from "@std/assert";
import { commitOfCheckout, shorten } from "../../../../conf/process/commit.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const other = "fedcba9876543210fedcba9876543210fedcba98";

/** What Git's files of these paths say. */
function checkout(files: Readonly<Record<string, string>>): string | undefined {
  return commitOfCheckout((path) => files[path]);
}

Deno.test("commitOfCheckout() follows HEAD to the branch's file, or to the packed refs", () => {
  const head = { ".git/HEAD": "ref: refs/heads/main\n" };
  assertEquals(checkout({ ...head, ".git/refs/heads/main": `${commit}\n` }), commit);
  const packed =
    `# pack-refs with: peeled fully-peeled sorted\n${other} refs/heads/domain\n${commit} refs/heads/main\n^${other}\n`;
  assertEquals(checkout({ ...head, ".git/packed-refs": packed }), commit);
  assertEquals(checkout({ ...head, ".git/packed-refs": packed, ".git/refs/heads/main": `${other}\n` }), other);
});

Deno.test("commitOfCheckout() reads a detached HEAD, as a build service checks out", () => {
  assertEquals(checkout({ ".git/HEAD": `${commit}\n` }), commit);
  const long = commit.padEnd(64, "0");
  assertEquals(checkout({ ".git/HEAD": `${long}\n` }), long);
});

Deno.test("commitOfCheckout() finds the refs of a second work tree in the first one", () => {
  const files = {
    ".git": "gitdir: /src/.git/worktrees/two\n",
    "/src/.git/worktrees/two/HEAD": "ref: refs/heads/two\n",
    "/src/.git/worktrees/two/commondir": "../..\n",
    "/src/.git/worktrees/two/../../refs/heads/two": `${commit}\n`,
  };
  assertEquals(checkout(files), commit);
  assertEquals(
    checkout({ ...files, "/src/.git/worktrees/two/commondir": "/src/.git", "/src/.git/refs/heads/two": other }),
    other,
  );
});

Deno.test("commitOfCheckout() knows nothing outside a checkout, before the first commit, and of what is no commit", () => {
  assertEquals(checkout({}), undefined);
  assertEquals(checkout({ ".git/HEAD": "ref: refs/heads/main\n" }), undefined);
  assertEquals(checkout({ ".git/HEAD": "ref: ../../etc/passwd\n", ".git/../../etc/passwd": commit }), undefined);
  assertEquals(checkout({ ".git/HEAD": "main\n" }), undefined);
});

Deno.test("shorten() keeps what names a commit", () => {
  assertMatch(shorten(commit)!, /^[0-9a-f]{12}$/);
  assertEquals(shorten(undefined), undefined);
});
