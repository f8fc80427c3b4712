import type { RequestHandler } from "express";
import { findAdminStatus } from "../services/integrations/admin-status.service.js";
import { ForbiddenError, UpstreamUnavailableError } from "../utils/errors.js";
import { localsOf } from "./route.types.js";

/**
 * The token says what an admin may do; the auth service says whether the account is still active. While it does not
 * answer, reads are allowed and writes get 503.
 * @throws ForbiddenError, UpstreamUnavailableError
 */
async function assertActive(adminId: string, method: string): Promise<void> {
  const status = await findAdminStatus(adminId);
  if (status === "inactive") throw new ForbiddenError();
  const isRead = method === "GET" || method === "HEAD";
  if (status === "unknown" && !isRead) throw new UpstreamUnavailableError("auth");
}

/** Runs after the rate limits, which protect the auth service from a flood of look-ups. */
export const activeAdminStep: RequestHandler = (request, res, next) => {
  const { principal } = localsOf(res);
  if (principal.kind !== "admin") return next();
  return assertActive(principal.adminId, request.method).then(() => next());
};
