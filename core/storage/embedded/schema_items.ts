/** Tables of the Memcached commands. */
export const itemTables: readonly string[] = [];
