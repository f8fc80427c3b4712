import Joi from "joi";
import type { Result } from "../../utils/result.js";
import type { Address } from "./address.js";
import { addressSchema } from "./address.js";
import { apiPath } from "./http-client.service.js";
import { NO_REFUSALS, notFound } from "./refusals.js";
import { id, optionalText, text } from "./schemas.js";
import { authClient } from "./upstream-clients.js";

/** People and their addresses. Tokens are verified locally, without a call. */

export type { Address } from "./address.js";

export interface User {
  id: string;
  name: string | null;
  email: string | null;
  phone: string | null;
  status: "active" | "disabled";
}

export interface Seller {
  id: string;
  name: string;
  email: string | null;
  status: string;
}

export interface AdminUser {
  id: string;
  name: string;
  email: string | null;
  role: string;
  status: string;
}

const userSchema = Joi.object<User>({
  id,
  name: optionalText,
  email: optionalText,
  phone: optionalText,
  status: Joi.string().valid("active", "disabled"),
});
const sellerSchema = Joi.object<Seller>({ id, name: text, email: optionalText, status: text });
const adminUserSchema = Joi.object<AdminUser>({
  id,
  name: text,
  email: optionalText,
  role: text,
  status: text,
});
const loggedSchema = Joi.object<{ id: string }>({ id });

/** @returns refused `USER_NOT_FOUND` */
export function getUser(userId: string): Promise<Result<User>> {
  return authClient.get({
    path: apiPath`/api/users/${userId}`,
    refusals: [notFound("USER_NOT_FOUND")],
    schema: userSchema,
  });
}

/** @returns refused `ADDRESS_NOT_FOUND` when the user has no such address */
export function getAddress(userId: string, addressId: string): Promise<Result<Address>> {
  return authClient.get({
    path: apiPath`/api/users/${userId}/addresses/${addressId}`,
    refusals: [notFound("ADDRESS_NOT_FOUND")],
    schema: addressSchema,
  });
}

export function getSeller(sellerId: string): Promise<Result<Seller>> {
  return authClient.get({
    path: apiPath`/api/sellers/${sellerId}`,
    refusals: [notFound("SELLER_NOT_FOUND")],
    schema: sellerSchema,
  });
}

export function getAdminUser(adminId: string): Promise<Result<AdminUser>> {
  return authClient.get({
    path: apiPath`/api/admin/users/${adminId}`,
    refusals: [notFound("ADMIN_NOT_FOUND")],
    schema: adminUserSchema,
  });
}

export interface AuditLogEntry {
  /** The id of our own row: the same row is never logged twice. */
  id: string;
  actorType: string;
  actorId: string;
  action: string;
  resourceType: string;
  resourceId: string;
  before?: unknown;
  after?: unknown;
  at: Date;
  requestId: string;
}

/** Copies a row of our audit log to the Auth service. */
export function sendAuditLog(entry: AuditLogEntry): Promise<Result<{ id: string }>> {
  const { id: rowId, at, ...rest } = entry;
  return authClient.write({
    method: "POST",
    path: apiPath`/api/audit-logs`,
    refusals: NO_REFUSALS,
    body: { ...rest, at: at.toISOString() },
    idempotencyKey: rowId,
    schema: loggedSchema,
  });
}
