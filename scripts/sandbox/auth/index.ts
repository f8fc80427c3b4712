import type { RequestListener } from "node:http";
import Joi from "joi";
import {
  type SeedAddress,
  type SeedAdmin,
  type SeedSeller,
  type SeedUser,
  seedAdmins,
  seedSellers,
  seedUsers,
} from "../seed/people.js";
import { Refusal } from "../shared/http.js";
import { createId } from "../shared/random.js";
import {
  created,
  createStandIn,
  get,
  ok,
  pathParam,
  post,
  type Route,
  type SandboxContext,
} from "../shared/stand-in.js";
import { checkBody } from "../shared/values.js";
import { createTokenMint, type MintOptions, type TokenClaims, type TokenMint } from "./tokens.js";

interface AuditEntry {
  id: string;
  actorType: string;
  actorId: string | null;
  action: string;
  resourceType: string;
  resourceId: string | null;
  before?: unknown;
  after?: unknown;
  at: string;
  requestId: string | null;
}

export interface AuthControl {
  mintToken(claims: TokenClaims, options?: MintOptions): Promise<string>;
  rotateKeys(): void;
  users(): SeedUser[];
  addUser(user: SeedUser): SeedUser;
  setUserStatus(userId: string, status: SeedUser["status"]): SeedUser;
  addAddress(userId: string, address: SeedAddress): SeedAddress;
  setAdminStatus(adminId: string, status: SeedAdmin["status"]): SeedAdmin;
  auditLogs(filter?: { action?: string; resourceId?: string }): AuditEntry[];
  reset(): void;
}

export interface SandboxTokens {
  /** By the names of `SEED.users`, except the disabled user. */
  asha: string;
  bharat: string;
  chitra: string;
  dev: string;
  esha: string;
  /** By role. */
  admin: string;
  finance: string;
  support: string;
  fulfilment: string;
  viewer: string;
  service: string;
  /** A second full admin, for four-eyes rules. */
  secondAdmin: string;
}

export interface Auth {
  app: RequestListener;
  control: AuthControl;
  tokens(): Promise<SandboxTokens>;
}

interface AuthWorld {
  users: Map<string, SeedUser>;
  admins: Map<string, SeedAdmin>;
  sellers: Map<string, SeedSeller>;
  audit: AuditEntry[];
}

export const JWKS_PATH = "/.well-known/jwks.json";

const byId = <T extends { id: string }>(rows: T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]));

const seedAuthWorld = (): AuthWorld => ({
  users: byId(seedUsers()),
  admins: byId(seedAdmins()),
  sellers: byId(seedSellers()),
  audit: [],
});

const nullable = Joi.string().allow(null).required();
const AUDIT = Joi.object<Omit<AuditEntry, "id">>({
  actorType: Joi.string().required(),
  actorId: nullable,
  action: Joi.string().required(),
  resourceType: Joi.string().required(),
  resourceId: nullable,
  before: Joi.any(),
  after: Joi.any(),
  at: Joi.string().isoDate().required(),
  requestId: nullable,
}).required();

function getFrom<T>(rows: Map<string, T>, id: string, code: string): T {
  const found = rows.get(id);
  if (!found) throw new Refusal(404, code, `There is no ${id}`);
  return found;
}

const getUser = (world: AuthWorld, id: string): SeedUser => getFrom(world.users, id, "USER_NOT_FOUND");

function getAddress(world: AuthWorld, userId: string, addressId: string): SeedAddress {
  const address = getUser(world, userId).addresses.find(({ id }) => id === addressId);
  if (!address) throw new Refusal(404, "ADDRESS_NOT_FOUND", `There is no address ${addressId}`);
  return address;
}

const authRoutes = (world: AuthWorld, mint: TokenMint): Route[] => [
  get(JWKS_PATH, async () => ok(await mint.jwks()), { open: true, raw: true }),
  get("/api/users/:userId", (call) => {
    const { id, name, email, phone, status } = getUser(world, pathParam(call, "userId"));
    return ok({ id, name, email, phone, status });
  }),
  get("/api/users/:userId/addresses/:addressId", (call) =>
    ok(getAddress(world, pathParam(call, "userId"), pathParam(call, "addressId"))),
  ),
  get("/api/sellers/:sellerId", (call) =>
    ok(getFrom(world.sellers, pathParam(call, "sellerId"), "SELLER_NOT_FOUND")),
  ),
  get("/api/admin/users/:adminId", (call) =>
    ok(getFrom(world.admins, pathParam(call, "adminId"), "ADMIN_NOT_FOUND")),
  ),
  post(
    "/api/audit-logs",
    (call) => {
      const entry = { id: createId("aud"), ...checkBody(AUDIT, call.body) };
      world.audit.push(entry);
      return created({ id: entry.id });
    },
    { keyed: true },
  ),
];

function createAuthControl(world: AuthWorld, mint: TokenMint, forget: () => void): AuthControl {
  return {
    mintToken: mint.mint,
    rotateKeys: mint.rotate,
    users: () => [...world.users.values()],
    addUser: (user) => {
      world.users.set(user.id, user);
      return user;
    },
    setUserStatus: (userId, status) => Object.assign(getUser(world, userId), { status }),
    addAddress: (userId, address) => {
      getUser(world, userId).addresses.push(address);
      return address;
    },
    setAdminStatus: (adminId, status) =>
      Object.assign(getFrom(world.admins, adminId, "ADMIN_NOT_FOUND"), { status }),
    auditLogs: ({ action, resourceId } = {}) =>
      world.audit.filter(
        (entry) =>
          (action === undefined || entry.action === action) &&
          (resourceId === undefined || entry.resourceId === resourceId),
      ),
    reset: () => {
      forget();
      Object.assign(world, seedAuthWorld());
    },
  };
}

async function mintSeedTokens(world: AuthWorld, mint: TokenMint): Promise<SandboxTokens> {
  const customer = (name: string): Promise<string> => {
    const { id, name: fullName, email, phone } = getUser(world, `user-${name}`);
    return mint.mint({ sub: id, role: "customer", name: fullName, email, phone });
  };
  const admin = (adminId: string): Promise<string> => {
    const { id, name, email, role } = getFrom(world.admins, adminId, "ADMIN_NOT_FOUND");
    return mint.mint({ sub: id, role, name, email });
  };
  return {
    asha: await customer("asha"),
    bharat: await customer("bharat"),
    chitra: await customer("chitra"),
    dev: await customer("dev"),
    esha: await customer("esha"),
    admin: await admin("admin-admin"),
    finance: await admin("admin-finance"),
    support: await admin("admin-support"),
    fulfilment: await admin("admin-fulfilment"),
    viewer: await admin("admin-viewer"),
    service: await admin("admin-service"),
    secondAdmin: await admin("admin-second"),
  };
}

/** People, sellers, tokens and the audit log, in memory. */
export function createAuth(
  context: SandboxContext,
  options: { jwtSecret: string; issuer: string; audience: string },
): Auth {
  const mint = createTokenMint({
    secret: options.jwtSecret,
    issuer: options.issuer,
    audience: options.audience,
    now: context.clock.now,
  });
  const world = seedAuthWorld();
  const { app, forget } = createStandIn("auth", context, authRoutes(world, mint));
  return {
    app,
    control: createAuthControl(world, mint, forget),
    tokens: () => mintSeedTokens(world, mint),
  };
}
