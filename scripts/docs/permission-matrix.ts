import type { RouteDescription } from "../../middlewares/route.types.js";
import { groupBy } from "../../utils/helpers.js";
import {
  ADMIN_ROLES,
  hasPermission,
  PERMISSIONS,
  type Permission,
  type StaffRole,
} from "../../utils/permissions.js";
import { table } from "./markdown.js";

/** Who may call what, as tables of Markdown, from the routes and the roles themselves. */

const ROLES: readonly StaffRole[] = [...ADMIN_ROLES, "service"];

const nameOf = ({ method, path }: RouteDescription): string => `\`${method.toUpperCase()} ${path}\``;

const listOf = (routes: readonly RouteDescription[]): string => routes.map(nameOf).join("<br>");

const needs =
  (permission: Permission) =>
  ({ access: { rule } }: RouteDescription): boolean =>
    rule.kind === "admin" && rule.permission === permission;

/** In words, for routes without a permission. */
function callersOf({ access: { rule } }: RouteDescription): string {
  switch (rule.kind) {
    case "admin":
      return "staff";
    case "open":
      return "all callers";
    case "internal":
      return "the holder of `METRICS_TOKEN`";
    case "signed":
      return `${rule.by}, by its signature`;
    case "customer":
      return rule.session === "required" ? "customers, with the guest id that they had" : "customers";
    case "guest":
      return GUEST_CALLERS[rule.without];
  }
}

const GUEST_CALLERS = {
  empty: "customers and guests; without either the answer is empty, or the path's signed link counts",
  mint: "customers and guests; without either a guest id is minted",
  reject: "customers and guests",
} as const;

/** By permission; the order is that of the code. */
function permissionTable(routes: readonly RouteDescription[]): string {
  const permissions = Object.keys(PERMISSIONS) as Permission[];
  return table(
    ["permission", ...ROLES, "routes"],
    permissions.map((permission) => [
      `\`${permission}\``,
      ...ROLES.map((role) => (hasPermission(role, permission) ? "✓" : "")),
      listOf(routes.filter(needs(permission))),
    ]),
  );
}

function callerTable(routes: readonly RouteDescription[]): string {
  const others = routes.filter(({ access }) => access.rule.kind !== "admin");
  const rows = [...groupBy(others, callersOf)].map(([callers, own]) => [callers, listOf(own)]);
  return table(["callers", "routes"], rows);
}

export const permissionMatrix = (routes: readonly RouteDescription[]): string =>
  ["### Staff", permissionTable(routes), "### Other callers", callerTable(routes)].join("\n\n");
