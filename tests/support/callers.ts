import { SignJWT } from "jose";
import { SANDBOX_SECRETS } from "../../scripts/sandbox/environment.js";
import { mintGuestId } from "../../utils/guest-ids.js";

/** The callers of the API: a guest, a customer, an admin. */

/**
 * A guest id signed with the service's secret. Call it inside a test, once the environment of the service under
 * test is set.
 */
export const newGuestId = (): string => mintGuestId(process.env.LINK_SECRET ?? SANDBOX_SECRETS.linkSecret);

/** The headers of a guest with a new id. */
export const asGuest = (): { "X-Session-Id": string } => ({ "X-Session-Id": newGuestId() });

/** The secret that `setup-env.ts` sets. */
const secret = () => new TextEncoder().encode(process.env.JWT_SECRET);

interface TokenClaims {
  sub?: string;
  role?: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** A token like those of the auth service, valid for an hour. */
export function makeToken({
  sub = "user-1",
  role = "customer",
  ...claims
}: TokenClaims = {}): Promise<string> {
  return new SignJWT({ role, ...claims })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(sub)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(secret());
}

/** The headers of a signed-in customer. */
export async function asCustomer(sub = "user-1"): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${await makeToken({ sub })}` };
}

/** The headers of an admin with the role. */
export async function asAdmin(role = "admin", sub = `${role}-1`): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${await makeToken({ sub, role })}` };
}
