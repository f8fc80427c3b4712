import { canonicalJson, sha256Hex } from "../../utils/helpers.js";

/**
 * SHA-256 of everything in an issued document, hexadecimal. A stored document with another hash was changed past its
 * schema, which refuses every update.
 */
export function contentHash(document: object): string {
  const content = Object.entries(document).filter(([field]) => field !== "contentHash");
  return sha256Hex(canonicalJson(Object.fromEntries(content)));
}
