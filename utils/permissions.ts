/**
 * The permissions of each admin role. The matrix is a contract with the auth service, whose tokens name the roles.
 * `npm run docs` writes it, with the routes of each permission, into docs/security.md. A permission that no route needs
 * fails tests/integration/security/access.test.ts.
 */

export const ADMIN_ROLES = ["admin", "finance", "support", "fulfilment", "viewer"] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** Admins, and machine callers such as an external scheduler or an operator's script. */
export type StaffRole = AdminRole | "service";

export const PERMISSIONS = {
  "carts:read": ADMIN_ROLES,
  "orders:read": ADMIN_ROLES,
  "payments:read": ADMIN_ROLES,
  "refunds:read": ADMIN_ROLES,
  "returns:read": ADMIN_ROLES,
  "invoices:read": ADMIN_ROLES,
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
