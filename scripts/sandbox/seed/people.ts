export interface SeedAddress {
  id: string;
  name: string;
  phone: string;
  line1: string;
  line2?: string;
  city: string;
  state: string;
  pincode: string;
  country: "IN";
}

export interface SeedUser {
  id: string;
  name: string;
  email: string;
  phone: string;
  status: "active" | "disabled";
  addresses: SeedAddress[];
  loyaltyPoints: number;
  /** Rupees. */
  storeCredit: number;
}

export const ADMIN_ROLES = ["admin", "finance", "support", "fulfilment", "viewer", "service"] as const;
export type AdminRoleName = (typeof ADMIN_ROLES)[number];

export interface SeedAdmin {
  id: string;
  name: string;
  email: string;
  role: AdminRoleName;
  status: "active" | "disabled";
}

export interface SeedSeller {
  id: string;
  name: string;
  email: string;
  status: "active" | "disabled";
}

type Place = readonly [line1: string, city: string, state: string, pincode: string];

const PLACES = {
  bengaluru: ["14, 3rd Cross, Indiranagar", "Bengaluru", "Karnataka", "560038"],
  mumbai: ["B-402, Sea Breeze, Bandra West", "Mumbai", "Maharashtra", "400050"],
  delhi: ["27, Lajpat Nagar II", "New Delhi", "Delhi", "110024"],
  chandigarh: ["House 88, Sector 17-C", "Chandigarh", "Chandigarh", "160017"],
  gangtok: ["MG Marg, Near Tourism Office", "Gangtok", "Sikkim", "737101"],
} as const satisfies Record<string, Place>;

type Person = Pick<SeedUser, "id" | "name" | "phone" | "loyaltyPoints" | "storeCredit">;

function toUser(person: Person, place: Place, status: SeedUser["status"] = "active"): SeedUser {
  const [line1, city, state, pincode] = place;
  const { id, name, phone } = person;
  const address = { id: `addr-${id}-home`, name, phone, line1, city, state, pincode, country: "IN" as const };
  return { ...person, email: `${id}@example.in`, status, addresses: [address] };
}

/** Each in a different state, with different points and credit. */
export const seedUsers = (): SeedUser[] => [
  toUser(
    { id: "user-asha", name: "Asha Rao", phone: "9880011001", loyaltyPoints: 0, storeCredit: 0 },
    PLACES.bengaluru,
  ),
  toUser(
    { id: "user-bharat", name: "Bharat Mehta", phone: "9880011002", loyaltyPoints: 1_000, storeCredit: 0 },
    PLACES.mumbai,
  ),
  toUser(
    { id: "user-chitra", name: "Chitra Nair", phone: "9880011003", loyaltyPoints: 0, storeCredit: 500 },
    PLACES.delhi,
  ),
  toUser(
    { id: "user-dev", name: "Dev Singh", phone: "9880011004", loyaltyPoints: 4_000, storeCredit: 5_000 },
    PLACES.chandigarh,
  ),
  toUser(
    { id: "user-esha", name: "Esha Lama", phone: "9880011005", loyaltyPoints: 40, storeCredit: 25.5 },
    PLACES.gangtok,
  ),
  toUser(
    { id: "user-disabled", name: "Farid Khan", phone: "9880011006", loyaltyPoints: 0, storeCredit: 0 },
    PLACES.delhi,
    "disabled",
  ),
];

/** One admin per role, and a second full admin for four-eyes rules. */
export const seedAdmins = (): SeedAdmin[] => [
  ...ADMIN_ROLES.map((role) => ({
    id: `admin-${role}`,
    name: `${role[0]?.toUpperCase()}${role.slice(1)} Person`,
    email: `${role}@vedicstore.example.in`,
    role,
    status: "active" as const,
  })),
  {
    id: "admin-second",
    name: "Second Admin",
    email: "second@vedicstore.example.in",
    role: "admin",
    status: "active",
  },
];

export const seedSellers = (): SeedSeller[] => [
  {
    id: "seller-veda-botanics",
    name: "Veda Botanics",
    email: "orders@vedabotanics.example.in",
    status: "active",
  },
  {
    id: "seller-vana-organics",
    name: "Vana Organics",
    email: "orders@vanaorganics.example.in",
    status: "active",
  },
];
