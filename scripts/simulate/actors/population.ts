import { mintGuestId } from "../../../utils/guest-ids.js";
import { Shopper } from "../../support/shopper.js";
import type { Random } from "../random.js";
import type { World } from "../world.js";

/** What a customer believes about the own cart and orders. */
export interface Customer {
  number: number;
  name: string;
  /** Null for a guest. */
  userId: string | null;
  shopper: Shopper;
  /** Units by variant, after every definite answer; null once an outcome is not known. */
  cart: Map<string, number> | null;
  /** Whether a payment may still turn the cart into an order. */
  isPaying: boolean;
  orders: { id: string; number: string }[];
  refundIds: string[];
  isHere: boolean;
}

/** How many of a hundred customers are signed in. */
const SIGNED_IN_PERCENT = 45;
const POINTS = 400;
const CREDIT_RUPEES = 300;
/** A hundred or so come back often. */
const REGULARS = 100;
const REGULAR_SHARE = 0.35;

/** Thousands of customers, of whom those who come are made when they come first. */
export class Population {
  readonly #known = new Map<number, Customer>();

  constructor(
    private readonly size: number,
    private readonly own: { world: World; random: Random },
  ) {}

  /** How many have come so far. */
  get seen(): number {
    return this.#known.size;
  }

  /** A customer who is not here yet. Call `leave` at the end of the visit. */
  async enter(random: Random): Promise<Customer> {
    for (;;) {
      const most = random.chance(REGULAR_SHARE) ? Math.min(REGULARS, this.size) : this.size;
      const number = random.between(1, most);
      const customer = this.#known.get(number) ?? (await this.#make(number));
      if (customer.isHere) continue;
      customer.isHere = true;
      return customer;
    }
  }

  /** A customer with orders who is not here; null when there is none. Call `leave` at the end of the visit. */
  enterBuyer(random: Random): Customer | null {
    const buyers = [...this.#known.values()].filter(({ isHere, orders }) => !isHere && orders.length > 0);
    if (buyers.length === 0) return null;
    const buyer = random.pick(buyers);
    buyer.isHere = true;
    return buyer;
  }

  leave(customer: Customer): void {
    customer.isHere = false;
  }

  async #make(number: number): Promise<Customer> {
    const { world, random } = this.own;
    const isSignedIn = random.fork(`customer ${number}`).between(1, 100) <= SIGNED_IN_PERCENT;
    const shopper = new Shopper(world.balancer.url);
    const userId = isSignedIn ? `user-sim-${number}` : null;
    if (userId) shopper.token = await this.signUp(userId);
    else shopper.guestId = mintGuestId(world.sandbox.env.LINK_SECRET ?? "");
    const customer: Customer = {
      ...{ number, name: `customer ${number}`, userId, shopper },
      ...{ cart: new Map(), isPaying: false, orders: [], refundIds: [], isHere: false },
    };
    // Two visits may make one customer at the same time; the first one counts.
    const known = this.#known.get(number);
    if (known) return known;
    this.#known.set(number, customer);
    return customer;
  }

  /** A new account with points and store credit. @returns its token */
  async signUp(id: string): Promise<string> {
    const { auth, engagement } = this.own.world.sandbox.control;
    const [template] = auth.users();
    if (!template) throw new Error("the sandbox has no users");
    const { name, email, phone } = auth.addUser({ ...template, id, email: `${id}@example.in` });
    engagement.setPoints(id, POINTS);
    engagement.setCredit(id, CREDIT_RUPEES);
    return auth.mintToken({ sub: id, role: "customer", name, email, phone });
  }
}
