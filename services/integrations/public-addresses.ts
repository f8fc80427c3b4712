import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv6 } from "node:net";

/** Networks that are not of the public internet: our own, those of the machine and of the cloud, and reserved ones. */
const IPV4 = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8"],
  // Link-local: the cloud's metadata.
  "169.254.0.0/16",
  ...["172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16"],
  ...["198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"],
];
const IPV6 = [
  // Unspecified, loopback, and IPv4 in an old notation.
  "::/96",
  // IPv4 behind a translator.
  ...["64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"],
  ...["2001:db8::/32", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"],
];

const NOT_PUBLIC = new BlockList();
function block(networks: readonly string[], family: "ipv4" | "ipv6"): void {
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    NOT_PUBLIC.addSubnet(address, Number(prefix), family);
  }
}
block(IPV4, "ipv4");
block(IPV6, "ipv6");

/** An IPv4 address inside an IPv6 one counts as itself. */
export const isPublicAddress = (address: string): boolean =>
  isIP(address) !== 0 && !NOT_PUBLIC.check(address, isIPv6(address) ? "ipv6" : "ipv4");

const notPublic = (host: string) => new Error(`${host} is not a public address`);

/**
 * For a URL whose host is an address: no name is looked up for it.
 * @param hostname of a `URL`, which has every spelling of an IPv4 address in its usual form
 * @throws Error for an address that is not public
 */
export function assertPublicHost(hostname: string): void {
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0 && !isPublicAddress(address)) throw notPublic(hostname);
}

interface FoundAddress {
  address: string;
  family: 4 | 6;
}

/**
 * Looks a name up for the connection that is about to be made, so that what was checked is what is connected to.
 * @returns in the form that axios takes: the list of addresses is the first of its arguments
 * @throws Error when any of them is not public
 */
export async function lookupPublic(hostname: string): Promise<[FoundAddress[]]> {
  const found = await lookup(hostname, { all: true });
  if (!found.every(({ address }) => isPublicAddress(address))) throw notPublic(hostname);
  return [found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))];
}
