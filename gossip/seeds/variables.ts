/** The environment variables that say whom a seeds provider asks, and how this host is called. C Dynomite's, and one of our own. */
export const seedVariables = [
  "DYNOMITE_FLORIDA_IP",
  "DYNOMITE_FLORIDA_PORT",
  "DYNOMITE_FLORIDA_REQUEST",
  "DYNOMITE_DNS_NAME",
  "DYNOMITE_DNS_TYPE",
  "DYNOMITE_DNS_SERVER",
  "EC2_PUBLIC_HOSTNAME",
  "EC2_PUBLIC_IPV4",
  "EC2_LOCAL_IPV4",
  "PUBLIC_HOSTNAME",
  "PUBLIC_IPV4",
  "LOCAL_IPV4",
] as const;
export type SeedVariable = typeof seedVariables[number];

/** Reads a variable; undefined where it is not set or empty. */
export type ReadVariable = (name: SeedVariable) => string | undefined;

/** The process' own environment. Throws where the permission for it was not given. */
export const readEnvironment: ReadVariable = (name) => Deno.env.get(name) || undefined;

/** The port that a variable holds. Throws, saying what is accepted. */
export function readPort(variable: SeedVariable, written: string): number {
  const port = /^[0-9]{1,5}$/.test(written) ? Number(written) : 0;
  if (port < 1 || port > 65535) {
    throw badVariable(variable, written, "is no port; accepted is a number from 1 to 65535");
  }
  return port;
}

/** A variable whose value cannot be used ends the start. */
export function badVariable(variable: SeedVariable, written: string, problem: string): Error {
  return new Error(`environment variable ${variable}: ${JSON.stringify(written)} ${problem}`);
}
