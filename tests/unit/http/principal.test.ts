import { hasPermission, PERMISSIONS, type Permission, type StaffRole } from "../../../utils/permissions.js";
import {
  ANONYMOUS,
  ownerFilter,
  ownerOf,
  type Principal,
  principalKey,
  principalLabel,
} from "../../../utils/principal.js";

const SESSION = "abcdefghijklmnopqrstuvwxyz012345";

describe("The caller", () => {
  const callers: [Principal, string | null, object | null][] = [
    [{ kind: "customer", userId: "u1" }, "user:u1", { userId: "u1" }],
    [{ kind: "guest", sessionId: SESSION }, `guest:${SESSION}`, { sessionId: SESSION }],
    [{ kind: "admin", adminId: "a1", role: "viewer" }, "admin:a1", null],
    [{ kind: "service", id: "cron" }, "service:cron", null],
    [ANONYMOUS, null, null],
  ];

  test.each(callers)(
    "When it is %j, then its key is %s and its documents are those of %j",
    (caller, key, owner) => {
      expect(principalKey(caller)).toBe(key);
      expect(ownerOf(caller)).toEqual(owner);
    },
  );

  test("When a guest is logged, then the log does not contain the whole guest id", () => {
    expect(principalLabel({ kind: "guest", sessionId: SESSION })).toBe("guest:abcdef…");
    expect(principalLabel(ANONYMOUS)).toBe("anonymous");
  });

  test("When a guest's documents are queried, then those that a customer took over are excluded", () => {
    expect(ownerFilter({ sessionId: SESSION })).toEqual({ sessionId: SESSION, userId: null });
    expect(ownerFilter({ userId: "u1" })).toEqual({ userId: "u1" });
  });
});

describe("The permissions", () => {
  /** The contract's matrix: A admin, F finance, S support, L fulfilment, V viewer, M service. */
  const letters: Record<string, StaffRole> = {
    A: "admin",
    F: "finance",
    S: "support",
    L: "fulfilment",
    V: "viewer",
    M: "service",
  };
  const table: Record<Permission, string> = {
    "carts:read": "AFSLV",
    "orders:read": "AFSLV",
    "payments:read": "AFSLV",
    "refunds:read": "AFSLV",
    "returns:read": "AFSLV",
    "invoices:read": "AFSLV",
    "orders:write": "AS",
    "orders:cancel": "AS",
    "orders:notes": "AS",
    "orders:status": "AL",
    "orders:export": "AF",
    "payments:export": "AF",
    "payments:write": "AF",
    "payments:reconcile": "AF",
    "refunds:approve": "AF",
    "invoices:write": "AF",
    "refunds:write": "AFS",
    "returns:write": "AFS",
    "returns:inspect": "AL",
    "settings:write": "A",
    audit: "A",
    jobs: "AM",
  };
  const cells = (Object.keys(PERMISSIONS) as Permission[]).flatMap((permission) =>
    Object.entries(letters).map(
      ([letter, role]) => [role, permission, table[permission].includes(letter)] as const,
    ),
  );

  test.each(cells)("When %s asks for %s, then the answer is %s", (role, permission, allowed) => {
    expect(hasPermission(role, permission)).toBe(allowed);
  });
});
