import type { RouteDescription } from "../../middlewares/route.types.js";

/**
 * The mounted routes as a table to derive tests from. Types alone are imported from the service: its
 * configuration is read when its modules are loaded, and a world sets the variables first.
 */

/** `POST /api/cart/items`, as `api.md` writes it. */
export const nameOf = ({ method, path }: RouteDescription): string => `${method.toUpperCase()} ${path}`;

/** The rule in the words of `api.md`: `guest`, `customer`, `admin:jobs`, `signed:razorpay`, … */
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

/** @throws Error for a parameter without a value. Values are put in as they are: encoding is the test's. */
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

/** Routes on which a token counts. */
export const takesToken = isKind("guest", "customer", "admin");
export const isConsumer = isKind("guest", "customer");
export const isGuest = isKind("guest");
export const isAdmin = isKind("admin");
export const isSigned = isKind("signed");

/** Routes whose body is JSON that the service shapes; the body of a signed one is its sender's. */
export const takesJson = (route: RouteDescription): boolean => route.method !== "get" && !isSigned(route);

/** Nobody is let in without token or session. */
export const isClosed = ({ access: { rule } }: RouteDescription): boolean =>
  rule.kind === "customer" || rule.kind === "admin" || (rule.kind === "guest" && rule.without === "reject");
