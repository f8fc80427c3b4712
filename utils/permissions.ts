/** What each role of the staff may do. */

export const ADMIN_ROLES = ["admin", "finance", "support", "fulfilment", "viewer"] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** The staff, and machine callers: a scheduler outside, an operator's script. */
export type StaffRole = AdminRole | "service";

const EVERYBODY = ADMIN_ROLES;

/**
 * Routes use `carts:read`, `orders:read`, `settings:write`, `audit` and `jobs`. The others are granted for routes of
 * admin orders, payments, refunds, returns and invoices, which do not exist yet.
 */
export const PERMISSIONS = {
  "carts:read": EVERYBODY,
  "orders:read": EVERYBODY,
  "payments:read": EVERYBODY,
  "refunds:read": EVERYBODY,
  "returns:read": EVERYBODY,
  "invoices:read": EVERYBODY,
  "orders:write": ["admin", "support"],
  "orders:cancel": ["admin", "support"],
  "orders:notes": ["admin", "support"],
  "orders:status": ["admin", "fulfilment"],
  "orders:export": ["admin", "finance"],
  "payments:export": ["admin", "finance"],
  "payments:write": ["admin", "finance"],
  "payments:reconcile": ["admin", "finance"],
  "refunds:approve": ["admin", "finance"],
  "invoices:write": ["admin", "finance"],
  "refunds:write": ["admin", "finance", "support"],
  "returns:write": ["admin", "finance", "support"],
  "returns:inspect": ["admin", "fulfilment"],
  "settings:write": ["admin"],
  audit: ["admin"],
  jobs: ["admin", "service"],
} as const satisfies Record<string, readonly StaffRole[]>;

export type Permission = keyof typeof PERMISSIONS;

export function hasPermission(role: StaffRole, permission: Permission): boolean {
  const roles: readonly StaffRole[] = PERMISSIONS[permission];
  return roles.includes(role);
}
