import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { SANDBOX_SECRETS } from "../../../scripts/sandbox/environment.js";

/** Authorization headers that must be refused; built by hand, so that no library corrects them. */

const { jwtSecret, jwtIssuer, jwtAudience } = SANDBOX_SECRETS;

const encode = (text: string): string => Buffer.from(text).toString("base64url");
const hs256 = (input: string, secret: string = jwtSecret): string =>
  createHmac("sha256", secret).update(input).digest("base64url");
const hs512 = (input: string): string => createHmac("sha512", jwtSecret).update(input).digest("base64url");

const seconds = (): number => Math.floor(Date.now() / 1000);

/** The claims of a good token, some of them otherwise; undefined leaves one out. */
const claims = (changes: Record<string, unknown> = {}): string => {
  const good = { iss: jwtIssuer, aud: jwtAudience, sub: "user-asha", role: "customer" };
  return JSON.stringify({ ...good, iat: seconds(), exp: seconds() + 3600, ...changes });
};

interface Forgery {
  header?: object;
  payload?: string;
  signature?: (input: string) => string;
}

function forge({ header, payload = claims(), signature = hs256 }: Forgery = {}): string {
  const input = `${encode(JSON.stringify({ alg: "HS256", typ: "JWT", ...header }))}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}

const bearer = (token: string): string => `Bearer ${token}`;

/** A token as the Auth service makes them; the only good one here. */
export const goodToken = (changes: Record<string, unknown> = {}): string =>
  forge({ payload: claims(changes) });

export function forgedHeaders(): Record<string, string | string[]> {
  const good = forge();
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const rs256 = (input: string) => sign("sha256", Buffer.from(input), privateKey).toString("base64url");
  const changed = (changes: Record<string, unknown>) => bearer(forge({ payload: claims(changes) }));
  const withExp = (json: string) => bearer(forge({ payload: claims({ exp: "@" }).replace('"@"', json) }));
  const roleRaised = `${good.split(".")[0]}.${encode(claims({ role: "admin" }))}.${good.split(".")[2]}`;
  return {
    "alg none": bearer(forge({ header: { alg: "none" }, signature: () => "" })),
    "alg None with a signature": bearer(forge({ header: { alg: "None" } })),
    "another secret": bearer(forge({ signature: (input) => hs256(input, "x".repeat(44)) })),
    "an empty secret": bearer(forge({ signature: (input) => hs256(input, "") })),
    "no signature": bearer(forge({ signature: () => "" })),
    "a cut signature": bearer(good.slice(0, -4)),
    "claims of another token": bearer(roleRaised),
    HS512: bearer(forge({ header: { alg: "HS512" }, signature: hs512 })),
    RS256: bearer(forge({ header: { alg: "RS256" }, signature: rs256 })),
    "a key of its own": bearer(
      forge({ header: { jwk: publicKey.export({ format: "jwk" }), alg: "RS256" }, signature: rs256 }),
    ),
    "HS256 with a public key": bearer(forge({ signature: (input) => hs256(input, publicPem) })),
    "a kid that is a path": bearer(
      forge({ header: { kid: "../../../dev/null" }, signature: (input) => hs256(input, "") }),
    ),
    "a critical extension": bearer(forge({ header: { crit: ["b64"], b64: false } })),
    expired: changed({ exp: seconds() - 120 }),
    "not yet valid": changed({ nbf: seconds() + 600 }),
    "no exp": changed({ exp: undefined }),
    "exp as text": changed({ exp: String(seconds() + 3600) }),
    "exp 1e400": withExp("1e400"),
    "exp 1e300": withExp("1e300"),
    "no sub": changed({ sub: undefined }),
    "sub as object": changed({ sub: { $ne: null } }),
    "sub as list": changed({ sub: ["user-asha"] }),
    "sub as number": changed({ sub: 1 }),
    "sub empty": changed({ sub: "" }),
    "sub with an operator": changed({ sub: "$ne" }),
    "sub with a line end": changed({ sub: "user-asha\nuser-bharat" }),
    "another issuer": changed({ iss: "https://evil.example" }),
    "no issuer": changed({ iss: undefined }),
    "another audience": changed({ aud: "another-service" }),
    "no audience": changed({ aud: undefined }),
    "an unknown role": changed({ role: "superuser" }),
    "a list of roles": changed({ role: ["customer", "admin"] }),
    "no role": changed({ role: undefined }),
    "claims that are a list": bearer(forge({ payload: "[]" })),
    "claims that are no JSON": bearer(forge({ payload: "{" })),
    "another scheme": `Basic ${encode("admin:admin")}`,
    "bearer in lower case": `bearer ${good}`,
    "two blanks": `Bearer  ${good}`,
    "something after it": `Bearer ${good}, ${good}`,
    nothing: "Bearer ",
    "no token": "Bearer x",
    "10 kB": bearer(`${good}${"x".repeat(10_000)}`),
    "two headers": [bearer(good), bearer(good)],
  };
}
