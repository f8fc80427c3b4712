import type { mongo } from "mongoose";
import type { Response } from "supertest";
import type { SandboxTokens } from "../../../scripts/sandbox/auth/index.js";
import { type CartWorld, IMPATIENT, startCartWorld } from "../cart/cart-world.js";

type Role = "admin" | "finance" | "support" | "fulfilment" | "viewer" | "service";
export const ROLES: readonly Role[] = ["admin", "finance", "support", "fulfilment", "viewer", "service"];

export interface AdminWorld extends CartWorld {
  token(name: keyof SandboxTokens): { token: string };
  /** As the full admin. */
  get(path: string): Promise<Response>;
  put(path: string, body: object): Promise<Response>;
  post(path: string, body?: object): Promise<Response>;
  audits(): Promise<mongo.Document[]>;
  /** The status each role is answered with. */
  statusByRole(method: "get" | "put" | "post", path: string, body?: object): Promise<Record<string, number>>;
}

/** The world of the cart tests, seen by administrators. */
export async function startAdminWorld(): Promise<AdminWorld> {
  const world = await startCartWorld(IMPATIENT);
  const { forgetSettings } = await import("../../../services/platform/settings.service.js");
  const token: AdminWorld["token"] = (name) => ({ token: world.sandbox.tokens[name] });
  const as = token("admin");
  return {
    ...world,
    token,
    get: (path) => world.call("get", path, { as }),
    put: (path, body) => world.call("put", path, { as, body }),
    post: (path, body) => world.call("post", path, { as, body }),
    audits: () => world.db.collection("auditLogs").find().sort({ _id: 1 }).toArray(),
    async statusByRole(method, path, body) {
      const answers = await Promise.all(
        ROLES.map((role) => world.call(method, path, { as: token(role), body })),
      );
      return Object.fromEntries(ROLES.map((role, index) => [role, answers[index]?.status ?? 0]));
    },
    async reset() {
      await world.reset();
      forgetSettings();
    },
  };
}

/** Who is let in, and who is not: every role's status where those named are allowed. */
export const onlyFor = (allowed: readonly Role[], status = 200): Record<string, number> =>
  Object.fromEntries(ROLES.map((role) => [role, allowed.includes(role) ? status : 403]));

/** The plan that the database would follow, without those it rejected. */
export async function planOf(cursor: {
  explain(verbosity: "queryPlanner"): Promise<unknown>;
}): Promise<string> {
  const explained = (await cursor.explain("queryPlanner")) as mongo.Document;
  return JSON.stringify(explained.queryPlanner.winningPlan);
}
