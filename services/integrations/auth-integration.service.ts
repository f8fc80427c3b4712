import Joi from "joi";
import { config } from "../../config/env.config.js";
import { toIndianPhone, toPincode } from "../../utils/contact.js";
import { findState } from "../../utils/gst/states.js";
import type { Result } from "../../utils/result.js";
import { id, notFound, optionalText, text } from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/** People and their addresses. Tokens are verified locally, without a call. */

const authClient = createHttpClient({ name: "auth", baseUrl: config.upstreams.auth });

/** A postal address in India. */
export interface Address {
  name: string;
  phone: string;
  line1: string;
  line2?: string;
  landmark?: string;
  city: string;
  state: string;
  /** Six digits, unless a saved address holds something else. */
  pincode: string;
  /** `IN`. */
  country: string;
}

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

/**
 * A saved address may be years old and spelled in the customer's own way. What can be read is put into the stored
 * form; the rest stays, because a strange spelling must not keep the customer from using the address.
 */
const typed = (read: (value: string) => string | null | undefined) =>
  text.custom((value: string) => read(value) ?? value);

const absentWhenEmpty = text.empty(Joi.valid("", null)).optional();

const addressSchema = Joi.object<Address>({
  name: text,
  phone: typed(toIndianPhone),
  line1: text,
  line2: absentWhenEmpty,
  landmark: absentWhenEmpty,
  city: text,
  state: typed((name) => findState(name)?.name),
  pincode: typed(toPincode),
  country: Joi.string().valid("IN"),
});

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
  actorId: string | null;
  action: string;
  resourceType: string;
  resourceId: string;
  before?: unknown;
  after?: unknown;
  at: Date;
  /** Null for an operator's command. */
  requestId: string | null;
}

/** Copies a row of our audit log to the Auth service. */
export function sendAuditLog(entry: AuditLogEntry): Promise<Result<{ id: string }>> {
  const { id: rowId, at, ...rest } = entry;
  return authClient.write({
    method: "POST",
    path: apiPath`/api/audit-logs`,
    body: { ...rest, at: at.toISOString() },
    idempotencyKey: rowId,
    schema: loggedSchema,
  });
}
