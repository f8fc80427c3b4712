import { createHmac, generateKeyPair, type KeyObject, randomBytes, sign } from "node:crypto";
import { promisify } from "node:util";

export interface TokenClaims {
  sub: string;
  role?: string;
  name?: string;
  email?: string;
  phone?: string;
  [claim: string]: unknown;
}

export interface MintOptions {
  /** HS256 with the shared secret (default), RS256 with the published key, or the invalid `none`. */
  algorithm?: "HS256" | "RS256" | "none";
  /** Seconds from now (default 8 hours); negative for an expired token. */
  expiresIn?: number;
  /** Signs HS256 with another secret. */
  secret?: string;
  /** Names a key other than the published one. */
  keyId?: string;
}

export interface TokenMint {
  mint(claims: TokenClaims, options?: MintOptions): Promise<string>;
  /** The public keys, as in `/.well-known/jwks.json`. */
  jwks(): Promise<{ keys: object[] }>;
  /** Makes a new RS256 key; tokens of the old one become invalid. */
  rotate(): void;
}

interface SigningKey {
  id: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
}

const DEFAULT_LIFETIME_S = 8 * 3_600;
const MODULUS_BITS = 2_048;
const makeKeyPair = promisify(generateKeyPair);

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");

/** Signs with Node's crypto only, so that the service's verification is tested against something independent. */
export function createTokenMint(options: {
  secret: string;
  issuer: string;
  audience: string;
  now: () => number;
}): TokenMint {
  let key: Promise<SigningKey> | undefined;

  /** Made on first use: most runs use HS256 only, and a key pair takes a tenth of a second. */
  function signingKey(): Promise<SigningKey> {
    key ??= makeKeyPair("rsa", { modulusLength: MODULUS_BITS }).then((pair) => ({
      id: randomBytes(6).toString("hex"),
      ...pair,
    }));
    return key;
  }

  function signature(input: string, mintOptions: MintOptions, signer: SigningKey | null): string {
    if (mintOptions.algorithm === "none") return "";
    if (signer) return sign("sha256", Buffer.from(input), signer.privateKey).toString("base64url");
    return createHmac("sha256", mintOptions.secret ?? options.secret)
      .update(input)
      .digest("base64url");
  }

  return {
    mint: async (claims, mintOptions = {}) => {
      const { algorithm = "HS256", expiresIn = DEFAULT_LIFETIME_S } = mintOptions;
      const signer = algorithm === "RS256" ? await signingKey() : null;
      const issuedAt = Math.floor(options.now() / 1_000);
      const header = {
        alg: algorithm,
        typ: "JWT",
        ...(signer ? { kid: mintOptions.keyId ?? signer.id } : {}),
      };
      const { issuer: iss, audience: aud } = options;
      const payload = { iss, aud, iat: issuedAt, exp: issuedAt + expiresIn, ...claims };
      const input = `${encode(header)}.${encode(payload)}`;
      return `${input}.${signature(input, mintOptions, signer)}`;
    },
    jwks: async () => {
      const { id, publicKey } = await signingKey();
      return { keys: [{ ...publicKey.export({ format: "jwk" }), kid: id, use: "sig", alg: "RS256" }] };
    },
    rotate: () => {
      key = undefined;
    },
  };
}
