/** Configuration: from a file's text to the checked, typed `Conf` that a node is started with. */
export { defaultConf, loadConf, loadUsualConf } from "./load.ts";
export { parseConf, type ReadConf } from "./parse.ts";
export type { Conf } from "./schema.ts";
export type { DataStoreAddress, SeedAddress } from "./value_kinds.ts";
