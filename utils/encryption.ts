import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { config } from "../config/env.config.js";
import { sha256Hex } from "./helpers.js";

/**
 * Encrypts single values at rest with AES-256-GCM. A ciphertext is `v1.<key>.<nonce>.<tag><data>`: `<key>` is a
 * fingerprint of the key, so that several keys can be valid while they are rotated. The context is authenticated with
 * the value: a ciphertext that is copied to another document does not decrypt there.
 */
export interface TextCipher {
  encrypt(plain: string, context: string): string;
  /** @throws DecryptionError */
  decrypt(ciphertext: string, context: string): string;
  /** Whether the first key encrypted it. */
  isCurrent(ciphertext: string): boolean;
}

/** No key of the service fits, the context is another one, or the ciphertext was changed. Never shows a value. */
export class DecryptionError extends Error {
  constructor(reason: string) {
    super(`cannot decrypt: ${reason}`);
    this.name = "DecryptionError";
  }
}

const ALGORITHM = "aes-256-gcm";
const VERSION = "v1";
/** What GCM is specified for. Random nonces of one key are safe for 2^32 values. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** 32 bits tell apart the few keys that are ever valid at once, and say nothing about a random key. */
const FINGERPRINT_DIGITS = 8;

interface Key {
  fingerprint: string;
  bytes: Buffer;
}

function toKey(hex: string): Key {
  const bytes = Buffer.from(hex, "hex");
  return { bytes, fingerprint: sha256Hex(bytes).slice(0, FINGERPRINT_DIGITS) };
}

/** @param keys 64 hex digits each; the first encrypts, each decrypts */
export function createTextCipher(keys: readonly string[]): TextCipher {
  const [first, ...others] = keys.map(toKey);
  if (!first) throw new TypeError("an encryption key is needed");
  const byFingerprint = new Map([first, ...others].map((key) => [key.fingerprint, key.bytes]));
  return {
    encrypt: (plain, context) => encryptWith(first, plain, context),
    decrypt(ciphertext, context) {
      const [version, fingerprint = "", nonce = "", sealed = ""] = ciphertext.split(".");
      const key = byFingerprint.get(fingerprint);
      if (version !== VERSION || !key) throw new DecryptionError("it was made with an unknown key");
      return open(key, { nonce: fromText(nonce), sealed: fromText(sealed), context });
    },
    isCurrent: (ciphertext) => ciphertext.startsWith(`${VERSION}.${first.fingerprint}.`),
  };
}

const fromText = (text: string): Buffer => Buffer.from(text, "base64url");

function encryptWith({ bytes, fingerprint }: Key, plain: string, context: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  const sealed = Buffer.concat([cipher.getAuthTag(), data]);
  return [VERSION, fingerprint, nonce.toString("base64url"), sealed.toString("base64url")].join(".");
}

interface Sealed {
  nonce: Buffer;
  /** The tag, then the data. */
  sealed: Buffer;
  context: string;
}

function open(key: Buffer, { nonce, sealed, context }: Sealed): string {
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) throw new DecryptionError("it is damaged");
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(0, TAG_BYTES));
  try {
    return decipher.update(sealed.subarray(TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    throw new DecryptionError("it was changed, or belongs to another document");
  }
}

/** With the keys of `ENCRYPTION_KEY`. */
export const ownCipher: TextCipher = createTextCipher(config.encryptionKeys);

/** With the first key of `ENCRYPTION_KEY`. @param context what the value belongs to, such as a document's id */
export const encryptText = (plain: string, context: string): string => ownCipher.encrypt(plain, context);

/** @throws DecryptionError */
export const decryptText = (ciphertext: string, context: string): string =>
  ownCipher.decrypt(ciphertext, context);
