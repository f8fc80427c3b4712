import { mintGuestId } from "../../utils/guest-ids.js";
import { SANDBOX_SECRETS } from "../sandbox/environment.js";
import { SEED } from "../sandbox/seed/index.js";
import type { WireAnswer, WireRequest } from "./wire.js";
import type { BenchWorld } from "./world.js";

/** The `data` of an answer. */
type Data = Record<string, unknown>;

const { products, variants, pincodes, shippingMethods } = SEED;

/** Items with three tax rates, used in turn. */
const ITEMS = [
  { productId: products.ashwagandha, variantId: variants.ashwagandha, quantity: 2 },
  { productId: products.hairOil, variantId: variants.hairOil, quantity: 1 },
  { productId: "prod-hibiscus-conditioner", variantId: variants.conditioner, quantity: 1 },
  { productId: products.kajal, variantId: variants.kajal, quantity: 3 },
] as const;

const CITIES = [
  { city: "Bengaluru", state: "Karnataka", pincode: pincodes.bengaluru },
  { city: "Mumbai", state: "Maharashtra", pincode: pincodes.mumbai },
  { city: "New Delhi", state: "Delhi", pincode: pincodes.delhi },
] as const;

export type PayBy = "cod" | "upi";

export class UnexpectedAnswer extends Error {
  constructor(
    what: string,
    readonly answer: WireAnswer,
  ) {
    super(`${what} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  }
}

/** @throws UnexpectedAnswer when it is not 2xx */
export async function expectSuccess(answering: Promise<WireAnswer>, what: string): Promise<string> {
  const answer = await answering;
  if (answer.status >= 200 && answer.status < 300) return answer.body;
  throw new UnexpectedAnswer(what, answer);
}

function dataOf(body: string): Data {
  const envelope: unknown = JSON.parse(body);
  const data = typeof envelope === "object" && envelope !== null && "data" in envelope ? envelope.data : null;
  if (typeof data === "object" && data !== null) return { ...data };
  throw new Error(`the answer has no data: ${body.slice(0, 300)}`);
}

function textIn(data: unknown, name: string): string {
  const value: unknown = Object(data)[name];
  if (typeof value === "string") return value;
  throw new Error(`no ${name} in ${JSON.stringify(data)?.slice(0, 300)}`);
}

/**
 * A guest with one method per call. The same number buys the same items for the same city, so that two runs do
 * the same work. It uses `Wire`, not `Shopper`, because of its CPU time.
 */
export class Buyer {
  readonly #world: BenchWorld;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #number: number;
  checkoutId = "";
  gatewayOrderId = "";
  #paid: Data = {};

  constructor(world: BenchWorld, number: number) {
    this.#world = world;
    this.#number = number;
    this.#headers = { "X-Session-Id": mintGuestId(SANDBOX_SECRETS.linkSecret) };
  }

  readCart = (): Promise<string> => this.#call("GET", "/api/cart");
  readMiniCart = (): Promise<string> => this.#call("GET", "/api/cart/mini");
  listOrders = (): Promise<string> => this.#call("GET", "/api/orders?limit=20");

  add(item = this.#number): Promise<string> {
    return this.#call("POST", "/api/cart/items", ITEMS[item % ITEMS.length]);
  }

  async start(): Promise<void> {
    const contact = { email: `buyer${this.#number}@example.com`, phone: "+919845012345" };
    this.checkoutId = textIn(dataOf(await this.#call("POST", "/api/checkout/start", contact)), "id");
  }

  setContact(version: number): Promise<string> {
    return this.#step("contact", { email: `buyer${version}@example.com`, phone: "+919845012345" });
  }

  setAddress(): Promise<string> {
    const address = { name: "Meera Nair", phone: "+919845012345", line1: "22 Temple Street" };
    return this.#step("shipping-address", { ...address, ...CITIES[this.#number % CITIES.length] });
  }

  setShippingMethod(): Promise<string> {
    return this.#step("shipping-method", { shippingMethodId: shippingMethods.standard });
  }

  async choosePayment(method: PayBy): Promise<void> {
    const body = await this.#step("payment-method", { method, termsAccepted: true });
    if (method !== "cod") this.gatewayOrderId = textIn(dataOf(body).gateway, "orderId");
  }

  /** Confirms in the UPI app: a call to the gateway, not to the service. */
  async pay(): Promise<void> {
    const body = JSON.stringify([this.gatewayOrderId, { method: "upi", outcome: "success" }]);
    const request: WireRequest = { method: "POST", path: "/__control/razorpay/pay", body };
    this.#paid = dataOf(await expectSuccess(this.#world.controlWire.send(request), "paying"));
  }

  /** Passes on what the gateway's window answered after `pay`. */
  verify(): Promise<string> {
    return this.#call("POST", "/api/payments/verify", {
      razorpay_order_id: this.gatewayOrderId,
      razorpay_payment_id: textIn(this.#paid, "paymentId"),
      razorpay_signature: textIn(this.#paid, "signature"),
    });
  }

  placeOrder(): Promise<string> {
    return this.#call("POST", "/api/orders", { checkoutSessionId: this.checkoutId });
  }

  /** Everything up to the payment. */
  async prepare(method: PayBy): Promise<void> {
    await this.add();
    await this.start();
    await this.setAddress();
    await this.setShippingMethod();
    await this.choosePayment(method);
  }

  #step(name: string, body: object): Promise<string> {
    return this.#call("PUT", `/api/checkout/${this.checkoutId}/${name}`, body);
  }

  #call(method: WireRequest["method"], path: string, body?: object): Promise<string> {
    const request = { method, path, headers: this.#headers };
    const sent = body ? { ...request, body: JSON.stringify(body) } : request;
    return expectSuccess(this.#world.wire.send(sent), `${method} ${path}`);
  }
}
