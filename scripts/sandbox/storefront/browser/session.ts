/** Who is shopping. A guest has an id, a customer a token; both survive a reload. */

export interface SavedAddress {
  id: string;
  name: string;
  phone: string;
  line1: string;
  line2?: string;
  city: string;
  state: string;
  pincode: string;
}

export interface Customer {
  token: string;
  name: string;
  email: string;
  phone: string;
  addresses: SavedAddress[];
}

const GUEST = "shop.guest";
const CUSTOMER = "shop.customer";

type Listener = (identity: { token: string | null; guestId: string | null }) => void;
const listeners: Listener[] = [];

const tell = (): void => {
  const identity = { token: session.customer()?.token ?? null, guestId: session.guestId() };
  for (const listener of listeners) listener(identity);
};

function readCustomer(): Customer | null {
  const stored = localStorage.getItem(CUSTOMER);
  return stored === null ? null : JSON.parse(stored);
}

export const session = {
  guestId: (): string | null => localStorage.getItem(GUEST),
  customer: readCustomer,
  keepGuestId: (guestId: string): void => localStorage.setItem(GUEST, guestId),
  onChange: (listener: Listener): void => void listeners.push(listener),
  /** A real shop would ask its auth service; the sandbox's server signs in anyone whom it knows. */
  async signIn(key: string): Promise<Customer> {
    const answer = await fetch("/sign-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ key }),
    });
    if (!answer.ok) throw new Error(`Signing in failed with status ${answer.status}`);
    const customer: Customer = await answer.json();
    localStorage.setItem(CUSTOMER, JSON.stringify(customer));
    tell();
    return customer;
  },
  signOut(): void {
    localStorage.removeItem(CUSTOMER);
    localStorage.removeItem(GUEST);
    tell();
  },
};
