import type { AdminRole } from "./permissions.js";

/** The owner of a cart, checkout or order: a customer, or a guest. */
export type Owner = { userId: string } | { sessionId: string };

export interface CustomerPrincipal {
  kind: "customer";
  userId: string;
  name?: string;
  email?: string;
  phone?: string;
}

export interface GuestPrincipal {
  kind: "guest";
  sessionId: string;
}

export interface AdminPrincipal {
  kind: "admin";
  adminId: string;
  role: AdminRole;
  name?: string;
}

export interface ServicePrincipal {
  kind: "service";
  id: string;
}

export interface AnonymousPrincipal {
  kind: "anonymous";
}

/** The authenticated caller: by token, by guest id, or anonymous. */
export type Principal =
  | CustomerPrincipal
  | GuestPrincipal
  | AdminPrincipal
  | ServicePrincipal
  | AnonymousPrincipal;

export const ANONYMOUS: AnonymousPrincipal = Object.freeze({ kind: "anonymous" });

export function ownerOf(principal: Principal): Owner | null {
  if (principal.kind === "customer") return { userId: principal.userId };
  if (principal.kind === "guest") return { sessionId: principal.sessionId };
  return null;
}

/**
 * Limits a query to the owner's documents. Once a customer has taken a document over (merge), the guest id no
 * longer opens it, hence `userId: null`.
 */
export function ownerFilter(owner: Owner): { userId: string } | { sessionId: string; userId: null } {
  return "userId" in owner ? { userId: owner.userId } : { sessionId: owner.sessionId, userId: null };
}

/** Whether the document is the caller's; as `ownerFilter`, for a document that is loaded already. */
export function isOwnedBy(document: { userId?: string; sessionId?: string }, owner: Owner): boolean {
  if ("userId" in owner) return document.userId === owner.userId;
  return document.sessionId === owner.sessionId && !document.userId;
}

/** The owner of one document, as fields of another; an absent field is not stored. */
export const ownerFieldsOf = ({ userId, sessionId }: { userId?: string; sessionId?: string }) => ({
  ...(userId ? { userId } : {}),
  ...(sessionId ? { sessionId } : {}),
});

/** Who made a change, as histories and the audit log store it. Without an id: the system. */
export interface Actor<Type extends string = "customer" | "admin" | "service" | "system"> {
  type: Type;
  id?: string;
}

/** As `actorOf`, where only the admin's id is known. */
export const adminActor = (id: string): Actor<"admin"> & { id: string } => ({ type: "admin", id });

/** A guest is a customer without an id: the guest id is a credential and is never stored in a history. */
export function actorOf(principal: AdminPrincipal): Actor<"admin"> & { id: string };
export function actorOf(
  principal: AdminPrincipal | ServicePrincipal,
): Actor<"admin" | "service"> & { id: string };
export function actorOf(principal: CustomerPrincipal | GuestPrincipal): Actor<"customer">;
export function actorOf(principal: Principal): Actor;
export function actorOf(principal: Principal): Actor {
  switch (principal.kind) {
    case "admin":
      return adminActor(principal.adminId);
    case "service":
      return { type: "service", id: principal.id };
    case "customer":
      return { type: "customer", id: principal.userId };
    case "guest":
      return { type: "customer" };
    case "anonymous":
      return { type: "system" };
  }
}

/** Identifies the caller in keys of records and limits; null for an anonymous one. */
export function principalKey(principal: Principal): string | null {
  switch (principal.kind) {
    case "customer":
      return `user:${principal.userId}`;
    case "guest":
      return `guest:${principal.sessionId}`;
    case "admin":
      return `admin:${principal.adminId}`;
    case "service":
      return `service:${principal.id}`;
    case "anonymous":
      return null;
  }
}

/** As `principalKey`, for the log. A guest id is shortened: it is a credential. */
export function principalLabel(principal: Principal): string {
  if (principal.kind === "guest") return `guest:${principal.sessionId.slice(0, 6)}…`;
  return principalKey(principal) ?? "anonymous";
}

/** The claims of a customer's token, in their stored form. */
export type Profile = Pick<CustomerPrincipal, "name" | "email" | "phone">;

export function profileOf(principal: Principal): Profile {
  if (principal.kind !== "customer") return {};
  const { name, email, phone } = principal;
  return { name, email, phone };
}
