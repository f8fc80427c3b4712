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

const ADMIN_ROLES = ["admin", "finance", "support", "fulfilment", "viewer", "service"] as const;
type AdminRoleName = (typeof ADMIN_ROLES)[number];

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

/** Name, phone, place, loyalty points, store credit in rupees. */
type UserRow = readonly [name: string, phone: string, place: Place, points: number, credit: number];

const USERS: Readonly<Record<string, UserRow>> = {
  asha: ["Asha Rao", "9880011001", PLACES.bengaluru, 0, 0],
  bharat: ["Bharat Mehta", "9880011002", PLACES.mumbai, 1_000, 0],
  chitra: ["Chitra Nair", "9880011003", PLACES.delhi, 0, 500],
  dev: ["Dev Singh", "9880011004", PLACES.chandigarh, 4_000, 5_000],
  esha: ["Esha Lama", "9880011005", PLACES.gangtok, 40, 25.5],
  disabled: ["Farid Khan", "9880011006", PLACES.delhi, 0, 0],
};

/** Each in a different state, with different points and credit. */
export const seedUsers = (): SeedUser[] =>
  Object.entries(USERS).map(([key, [name, phone, place, loyaltyPoints, storeCredit]]) => {
    const id = `user-${key}`;
    const [line1, city, state, pincode] = place;
    return {
      id,
      name,
      email: `${id}@example.in`,
      phone,
      status: key === "disabled" ? "disabled" : "active",
      addresses: [{ id: `addr-${id}-home`, name, phone, line1, city, state, pincode, country: "IN" }],
      loyaltyPoints,
      storeCredit,
    };
  });

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
