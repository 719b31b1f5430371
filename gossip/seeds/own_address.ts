/**
 * Is an address this node's own? Where it listens on one address that is certain; where it listens on every interface, the
 * machine's addresses are its own; and the environment may say how others see it behind a translated address.
 */
import type { ReadVariable } from "./variables.ts";

export type IsOwnAddress = (host: string, port: number) => boolean;

/** The addresses of this machine's interfaces; none where the permission to know was not given. */
export function interfaceAddresses(): readonly string[] {
  try {
    return Deno.networkInterfaces().map(({ address }) => address);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return [];
    throw error;
  }
}

/** The names and addresses that the environment gives this host: those of EC2 for `aws`, the plain ones for anything else. */
export function namesFromEnvironment(environment: string, read: ReadVariable): readonly string[] {
  const variables = environment === "aws"
    ? ["EC2_PUBLIC_HOSTNAME", "EC2_PUBLIC_IPV4", "EC2_LOCAL_IPV4"] as const
    : ["PUBLIC_HOSTNAME", "PUBLIC_IPV4", "LOCAL_IPV4"] as const;
  return variables.map(read).filter((name) => name !== undefined);
}

/** `interfaces` is asked each time: addresses come and go. */
export function ownAddresses(
  listen: { readonly host: string; readonly port: number },
  names: readonly string[],
  interfaces: () => readonly string[],
): IsOwnAddress {
  const known = new Set([listen.host, ...names].map((name) => name.toLowerCase()));
  const everywhere = listen.host === "0.0.0.0" || listen.host === "::";
  return (host, port) => {
    if (port !== listen.port) return false;
    const name = host.toLowerCase();
    if (known.has(name)) return true;
    return everywhere && (name === "localhost" || name.startsWith("127.") || interfaces().includes(name));
  };
}
