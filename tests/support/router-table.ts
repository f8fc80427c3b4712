import type { RouteDescription } from "../../middlewares/route.types.js";

/**
 * The mounted routes as a table from which tests are derived. Only types are imported from the service: its
 * modules read the configuration when they are loaded, and a test world sets the variables before that.
 */

/** `POST /api/cart/items` */
export const nameOf = ({ method, path }: RouteDescription): string => `${method.toUpperCase()} ${path}`;

/** The access rule in short: `guest:reject`, `customer`, `admin:jobs`, `signed:razorpay`, … */
export function accessOf({ access: { rule } }: RouteDescription): string {
  switch (rule.kind) {
    case "guest":
      return `guest:${rule.without}`;
    case "customer":
      return rule.session === "required" ? "customer+session" : "customer";
    case "admin":
      return `admin:${rule.permission}`;
    case "signed":
      return `signed:${rule.by}`;
    default:
      return rule.kind;
  }
}

/** The names of the path's parameters, in order. */
export const parametersOf = ({ path }: RouteDescription): string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");

/** @throws Error for a parameter without a value. Values are inserted as they are, without encoding. */
export function pathWith({ path }: RouteDescription, values: Readonly<Record<string, string>>): string {
  return path.replace(/:(\w+)/g, (_whole, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path}: no value for ${name}`);
    return value;
  });
}

const isKind =
  (...kinds: RouteDescription["access"]["rule"]["kind"][]) =>
  ({ access }: RouteDescription): boolean =>
    kinds.includes(access.rule.kind);

/** Routes that read a token. */
export const takesToken = isKind("guest", "customer", "admin");
export const isConsumer = isKind("guest", "customer");
export const isGuest = isKind("guest");
export const isCustomer = isKind("customer");
export const isAdmin = isKind("admin");
export const isSigned = isKind("signed");

/** Routes with a JSON body of the service's own format. A signed body has its sender's format. */
export const takesJson = (route: RouteDescription): boolean => route.method !== "get" && !isSigned(route);

/** Routes that refuse a caller without token and guest id. */
export const isClosed = ({ access: { rule } }: RouteDescription): boolean =>
  rule.kind === "customer" || rule.kind === "admin" || (rule.kind === "guest" && rule.without === "reject");
