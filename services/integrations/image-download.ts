import axios from "axios";
import { config } from "../../config/env.config.js";
import { assertPublicHost, lookupPublic } from "./public-addresses.js";

/** From the start until the last byte. */
const DEADLINE_MS = 5_000;

/**
 * The bytes at an address that an admin has set. A read without effects, so it needs no crash points.
 * @param maxBytes a longer answer is an error
 * @throws Error when the address is not https or not public in production, redirects, does not answer in time or answers no success
 */
export async function downloadImage(address: string, maxBytes: number): Promise<Buffer> {
  const isProduction = config.env === "production";
  if (isProduction) assertAllowed(new URL(address));
  const { data } = await axios.get<ArrayBuffer>(address, {
    responseType: "arraybuffer",
    signal: AbortSignal.timeout(DEADLINE_MS),
    maxContentLength: maxBytes,
    // A redirect could lead to an address that was not checked.
    maxRedirects: 0,
    // An environment's proxy would look the name up by itself.
    ...(isProduction ? { lookup: lookupPublic, proxy: false } : {}),
  });
  return Buffer.from(data);
}

/** An admin must not make the service read what only it can reach. */
function assertAllowed({ protocol, hostname }: URL): void {
  if (protocol !== "https:") throw new Error("an image is only downloaded over https");
  assertPublicHost(hostname);
}
