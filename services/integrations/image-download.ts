import axios from "axios";
import { config } from "../../config/env.config.js";

/** From the start until the last byte. */
const DEADLINE_MS = 5_000;

/**
 * The bytes at an address that an admin has set. A read without effects, so it needs no crash points.
 * @param maxBytes a longer answer is an error
 * @throws Error when the address is not https in production, redirects, does not answer in time or answers no success
 */
export async function downloadImage(address: string, maxBytes: number): Promise<Buffer> {
  if (config.env === "production" && new URL(address).protocol !== "https:") {
    throw new Error("an image is only downloaded over https");
  }
  const { data } = await axios.get<ArrayBuffer>(address, {
    responseType: "arraybuffer",
    signal: AbortSignal.timeout(DEADLINE_MS),
    maxContentLength: maxBytes,
    // A redirect could lead to an address that was not checked.
    maxRedirects: 0,
  });
  return Buffer.from(data);
}
