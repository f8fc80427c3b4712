import type { Permission } from "../utils/permissions.js";
import type {
  AdminPrincipal,
  AnonymousPrincipal,
  CustomerPrincipal,
  GuestPrincipal,
  Owner,
  Principal,
  ServicePrincipal,
} from "../utils/principal.js";

/**
 * Who may call a route; a required part of its declaration. The type parameter types the handler's input: whether it
 * has an owner, a customer, an admin.
 */
export type AccessRule =
  | { kind: "open" }
  | { kind: "internal" }
  | { kind: "guest"; without: "mint" | "empty" | "reject" }
  | { kind: "customer"; session: "ignored" | "required" }
  | { kind: "admin"; permission: Permission }
  | { kind: "signed"; by: SignedBy };

export type SignedBy = "razorpay" | "shipping";

/** What a handler knows about its caller. */
export interface Grant {
  principal: Principal;
  owner: Owner | null;
  /** The guest id in the request's header; with a token, the owner is the token's customer instead. */
  sessionId?: string;
}

export interface OpenGrant extends Grant {
  principal: AnonymousPrincipal;
  owner: null;
}
export interface ShopperGrant extends Grant {
  principal: CustomerPrincipal | GuestPrincipal;
  owner: Owner;
  /** Minted for this request; returned in `X-Session-Id` and in the body. */
  sessionMinted?: string;
}
export interface VisitorGrant extends Grant {
  principal: CustomerPrincipal | GuestPrincipal | AnonymousPrincipal;
  /** Null: neither token nor guest id, so there is nothing to read. */
  owner: Owner | null;
}
export interface CustomerGrant extends Grant {
  principal: CustomerPrincipal;
  owner: { userId: string };
}
export interface CustomerWithGuestIdGrant extends CustomerGrant {
  sessionId: string;
}
export interface AdminGrant extends Grant {
  principal: AdminPrincipal;
  owner: null;
}
export interface StaffGrant extends Grant {
  principal: AdminPrincipal | ServicePrincipal;
  owner: null;
}
export interface SignedGrant extends OpenGrant {
  /** The bytes that were signed. */
  rawBody: Buffer;
}

declare const granted: unique symbol;

export interface Access<G extends Grant> {
  readonly rule: AccessRule;
  /** Exists only for the compiler. */
  readonly [granted]?: G;
}

/** Everyone; a token is ignored. */
export const open = (): Access<OpenGrant> => ({ rule: { kind: "open" } });

/** Monitoring: the bearer `METRICS_TOKEN`, when it is set. */
export const internal = (): Access<OpenGrant> => ({ rule: { kind: "internal" } });

/**
 * A customer's token or a guest id that this service minted. Without either: `mint` makes an id (the first cart
 * write), `empty` lets the handler return an empty result, `reject` is 401.
 */
export function guest(without: "mint" | "reject"): Access<ShopperGrant>;
export function guest(without: "empty"): Access<VisitorGrant>;
export function guest(without: "mint" | "reject" | "empty"): Access<ShopperGrant> | Access<VisitorGrant> {
  return { rule: { kind: "guest", without } };
}

export const customer = (): Access<CustomerGrant> => ({ rule: { kind: "customer", session: "ignored" } });

/** A customer's token together with a guest id: merging carts. */
export const customerWithGuestId = (): Access<CustomerWithGuestIdGrant> => ({
  rule: { kind: "customer", session: "required" },
});

/** An admin whose role has the permission; `jobs` also a machine (role `service`). */
export function admin(permission: "jobs"): Access<StaffGrant>;
export function admin(permission: Exclude<Permission, "jobs">): Access<AdminGrant>;
export function admin(permission: Permission): Access<AdminGrant> | Access<StaffGrant> {
  return { rule: { kind: "admin", permission } };
}

/** A webhook with a valid signature over its raw bytes. */
export const signed = (by: SignedBy): Access<SignedGrant> => ({ rule: { kind: "signed", by } });
