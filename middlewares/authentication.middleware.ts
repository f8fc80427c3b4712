import type { Request } from "express";
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Config } from "../config/env.config.js";
import { now } from "../utils/clock.js";
import { contactOfClaims } from "../utils/contact.js";
import { UnauthenticatedError, UpstreamUnavailableError } from "../utils/errors.js";
import { sha256Hex } from "../utils/helpers.js";
import { ADMIN_ROLES } from "../utils/permissions.js";
import type { Principal } from "../utils/principal.js";

/** How far the Auth service's clock may differ from ours. */
const LEEWAY_SECONDS = 60;
/** For the Auth service's keys; a slower answer counts as an outage. */
const JWKS_TIMEOUT_MS = 3000;
/** An unknown key id causes a new look-up, but not more often than this. */
const JWKS_COOLDOWN_MS = 30_000;
/** Verified tokens that are cached, about 1 MB. */
const CACHED_TOKENS = 5000;
const MAX_TOKEN_LENGTH = 8192;

/** Exactly one space and this spelling; anything else is refused. */
const BEARER = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)$/;
/** User ids become parts of queries, keys and log lines. */
const SUBJECT = /^[A-Za-z0-9][A-Za-z0-9._:@|-]{0,127}$/;

/** The caller named by the request's token; null without a token. */
export type Authenticate = (request: Request) => Principal | null | Promise<Principal>;

/**
 * The token in the Authorization header, never in the query. Node keeps the first of two such headers and a proxy may
 * keep the last, so two are refused.
 * @throws UnauthenticatedError when there is a header that holds no token
 */
function findToken(request: Request): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const { rawHeaders } = request;
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === "authorization") count += 1;
  }
  const token = header.length <= MAX_TOKEN_LENGTH ? BEARER.exec(header)?.[1] : undefined;
  if (token === undefined || count !== 1) throw new UnauthenticatedError();
  return token;
}

/** @throws UnauthenticatedError when the claims do not name a known kind of caller */
function toPrincipal(claims: JWTPayload): Principal {
  const { sub, role } = claims;
  if (typeof sub !== "string" || !SUBJECT.test(sub)) throw new UnauthenticatedError();
  if (role === "customer") return { kind: "customer", userId: sub, ...contactOfClaims(claims) };
  if (role === "service") return { kind: "service", id: sub };
  const adminRole = ADMIN_ROLES.find((known) => known === role);
  if (!adminRole) throw new UnauthenticatedError();
  return { kind: "admin", adminId: sub, role: adminRole, name: contactOfClaims(claims).name };
}

interface Verifier {
  key: Uint8Array | JWTVerifyGetKey;
  algorithms: string[];
}

/** The configuration fixes the algorithms, so that a token cannot choose its own (RFC 8725). */
function verifierOf(auth: Config["auth"]): Verifier {
  if (auth.jwksUrl) {
    const key = createRemoteJWKSet(new URL(auth.jwksUrl), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
    });
    return { key, algorithms: ["RS256", "ES256"] };
  }
  if (!auth.jwtSecret) throw new Error("JWT_SECRET or JWT_JWKS_URL is needed");
  return { key: new TextEncoder().encode(auth.jwtSecret), algorithms: ["HS256"] };
}

/** Whether the token is invalid, as opposed to the key set being unavailable. */
function isTokenFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== "ERR_JOSE_GENERIC"
  );
}

async function verify(token: string, verifier: Verifier, auth: Config["auth"]): Promise<JWTPayload> {
  const options = {
    algorithms: verifier.algorithms,
    issuer: auth.issuer,
    audience: auth.audience,
    clockTolerance: LEEWAY_SECONDS,
    currentDate: now(),
    requiredClaims: ["exp", "sub"],
  };
  try {
    const { key } = verifier;
    const { payload } =
      typeof key === "function" ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options);
    return payload;
  } catch (error) {
    if (typeof verifier.key === "function" && !isTokenFault(error))
      throw new UpstreamUnavailableError("auth");
    throw new UnauthenticatedError();
  }
}

interface Known {
  principal: Principal;
  /** Seconds since 1970. */
  expiresAt: number;
}

/** Creates the function that identifies callers. Verified tokens are cached by their hash until they expire. */
export function createAuthenticator(auth: Config["auth"]): Authenticate {
  const verifier = verifierOf(auth);
  const known = new LRUCache<string, Known>({ max: CACHED_TOKENS });

  async function learn(token: string, hash: string): Promise<Principal> {
    const claims = await verify(token, verifier, auth);
    if (!Number.isSafeInteger(claims.exp)) throw new UnauthenticatedError();
    const principal = Object.freeze(toPrincipal(claims));
    known.set(hash, { principal, expiresAt: Number(claims.exp) + LEEWAY_SECONDS });
    return principal;
  }

  return (request) => {
    const token = findToken(request);
    if (token === null) return null;
    const hash = sha256Hex(token);
    const entry = known.get(hash);
    if (entry && entry.expiresAt > now().getTime() / 1000) return entry.principal;
    return learn(token, hash);
  };
}
