import { SignJWT } from "jose";

/** The secret of `setup-env.ts`. */
const secret = () => new TextEncoder().encode(process.env.JWT_SECRET);

export interface TokenClaims {
  sub?: string;
  role?: string;
  name?: string;
  email?: string;
  phone?: string;
}

/** A token as the Auth service makes them, valid for an hour. */
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

/** The header of a signed-in customer. */
export async function asCustomer(sub = "user-1"): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${await makeToken({ sub })}` };
}

/** The header of an admin with the role. */
export async function asAdmin(role = "admin", sub = `${role}-1`): Promise<{ Authorization: string }> {
  return { Authorization: `Bearer ${await makeToken({ sub, role })}` };
}
