import { assert, assertEquals, assertThrows } from "@std/assert";
import { describeFlags, FlagError, parseFlags } from "../../../conf/flags.ts";

function refused(args: string[], message: string): void {
  const error = assertThrows(() => parseFlags(args), FlagError);
  assertEquals(error.message, message);
}

Deno.test("parseFlags() reads nothing as the defaults", () => {
  const flags = parseFlags([]);
  assertEquals([flags.verbosity, flags.confFile, flags.daemonize, flags.notices], [5, undefined, false, []]);
});

Deno.test("parseFlags() reads arguments in every form of getopt", () => {
  for (
    const args of [["-v7"], ["-v", "7"], ["--verbosity=7"], ["--verbosity", "7"], ["--verb=7"], ["-tv7"], ["-tv", "7"]]
  ) {
    assertEquals(parseFlags(args).verbosity, 7);
  }
  const flags = parseFlags(["-dtcnode.yml", "-o", "-", "-p=x", "--"]);
  assertEquals([flags.daemonize, flags.testConf, flags.confFile, flags.output, flags.pidFile], [
    true,
    true,
    "node.yml",
    "-",
    "=x",
  ]);
});

Deno.test("parseFlags() knows every flag of C Dynomite, short and long", () => {
  for (
    const [short, long] of [["-h", "--help"], ["-V", "--version"], ["-t", "--test-conf"], ["-d", "--daemonize"], [
      "-D",
      "--describe-stats",
    ], ["-g", "--gossip"]]
  ) {
    assertEquals(parseFlags([short!]), parseFlags([long!]));
  }
  for (
    const [short, long, value] of [
      ["-v", "--verbosity", "3"],
      ["-o", "--output", "f"],
      ["-c", "--conf-file", "f"],
      ["-p", "--pid-file", "f"],
      ["-s", "--stats-port", "80"],
      ["-a", "--stats-addr", "::"],
    ]
  ) {
    assertEquals(parseFlags([short!, value!]), parseFlags([`${long}=${value}`]));
  }
  assertEquals(parseFlags(["-?"]).help, true);
});

Deno.test("parseFlags() takes levels above 11 for 11", () => {
  assertEquals(parseFlags(["-v", "99"]).verbosity, 11);
  assertEquals(parseFlags(["-v0"]).verbosity, 0);
});

Deno.test("parseFlags() accepts flags without effect and says so", () => {
  const { notices } = parseFlags(["-i", "500", "-m512", "-M", "200000", "-x", "1"]);
  assertEquals(notices.map((notice) => notice.split(" ")[0]), ["-i", "-m", "-M", "-x"]);
  refused(["-m", "500"], 'option -m: "500" is out of range; accepted is a whole number from 512 to 512000');
  refused(["-m", "513"], 'option -m: "513" is not a multiple of 16; accepted is a whole number from 512 to 512000');
});

Deno.test("parseFlags() refuses in one line that names what is accepted", () => {
  refused(["-Z"], "invalid option -- 'Z'");
  refused(["-v"], "option -v requires a number");
  refused(["-v", "-1"], 'option -v requires a number; given was "-1", accepted is a number from 0 to 11');
  refused(["-c"], "option -c requires a file name");
  refused(["-c", ""], 'option -c: "" is empty; accepted is a file name');
  refused(["--confile", "x"], "unrecognized option '--confile'; did you mean --conf-file?");
  refused(["--zzzzzz"], "unrecognized option '--zzzzzz'");
  refused(["--stats"], "option '--stats' is ambiguous; accepted are --stats-port, --stats-addr, --stats-interval");
  refused(["--help=yes"], 'option --help takes no value; given was "yes"');
  refused(["node.yml"], 'unexpected argument "node.yml"; a configuration file is named with -c node.yml');
  refused(["-a", "a b"], 'option -a: "a b" is no host; accepted is a host name or IP address');
  refused(["--", "x"], 'unexpected argument "x"; only options are accepted');
});

Deno.test("describeFlags() hides what is not for people", () => {
  const usages = describeFlags().map((flag) => flag.usage);
  assert(usages.includes("-v, --verbosity=N"));
  assert(!usages.some((usage) => usage.includes("daemon-child")));
  assertEquals(parseFlags(["--daemon-child"]).daemonChild, true);
});

Deno.test("parseFlags() reads what a cluster is generated from", () => {
  const flags = parseFlags([
    "--generate-cluster=dc1:3x2",
    "--output-dir",
    "here",
    "--hosts=10.0.0.{n}",
    "--tokens-per-node=4",
    "--set",
    "hash=md5",
    "--set=servers=embedded:/{n}=x.db",
  ]);
  assertEquals(flags.generateCluster, [{ name: "dc1", racks: 3, nodes: 2 }]);
  assertEquals([flags.outputDir, flags.hosts, flags.tokensPerNode], ["here", "10.0.0.{n}", 4]);
  assertEquals(flags.settings, [{ key: "hash", value: "md5" }, { key: "servers", value: "embedded:/{n}=x.db" }]);
  assertEquals(parseFlags(["--generate-tokens", "3"]).generateTokens, 3);
  assertEquals(parseFlags([]).settings, []);
});

Deno.test("parseFlags() refuses what does not make a cluster", () => {
  refused(
    ["--generate-tokens", "many"],
    'option --generate-tokens requires a number; given was "many", accepted is a whole number from 1 to 65536',
  );
  refused(
    ["--generate-tokens=0"],
    'option --generate-tokens: "0" is out of range; accepted is a whole number from 1 to 65536',
  );
  refused(["--generate-tokens"], "option --generate-tokens requires a number");
  refused(["--generate-cluster=a:1x1"], "option --generate-cluster requires --output-dir, the folder for its files");
  refused(["--hosts=a"], "option --hosts is accepted with --generate-cluster only");
  refused(["--set=hash=md5"], "option --set is accepted with --generate-cluster only");
  refused(
    ["--generate-tokens=1", "--generate-cluster=a:1x1", "--output-dir=x"],
    "options --generate-tokens and --generate-cluster are each for itself; accepted is one of them",
  );
  refused(
    ["--generate-cluster=a:1x1", "--output-dir=x", "--set", "hash"],
    'option --set: "hash" is no setting; accepted is key=value, such as write_consistency=dc_quorum',
  );
});

Deno.test("parseFlags() lets the flags of a cluster take no abbreviation away", () => {
  assertEquals(parseFlags(["--outp=f"]).output, "f");
  assertEquals(parseFlags(["--t"]).testConf, true);
  assertEquals(parseFlags(["--h"]).help, true);
  assertEquals(parseFlags(["--g"]).gossip, true);
  refused(["--output-di=x"], "unrecognized option '--output-di'; did you mean --output-dir?");
});
