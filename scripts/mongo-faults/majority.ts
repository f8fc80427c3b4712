import { randomUUID } from "node:crypto";
import { mintGuestId } from "../../utils/guest-ids.js";
import { SANDBOX_SECRETS } from "../sandbox/environment.js";
import { SEED } from "../sandbox/seed/index.js";
import { at } from "../support/json.js";
import { type Answer, Shopper } from "../support/shopper.js";

/** What a customer and a load balancer get while there is no majority to write to. */

/** The driver looks for a primary for 5 s; the rest is a reserve for a busy machine. */
const MOST_ANSWER_MS = 7_000;
const CALL_TIMEOUT_MS = 30_000;

const HAIR_OIL = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };

type TimedAnswer = Answer & { tookMs: number };

/** A customer with one unit in the cart. */
export class Witness {
  readonly #shopper: Shopper;
  readonly #key = randomUUID();

  constructor(url: string) {
    this.#shopper = new Shopper(url);
    this.#shopper.guestId = mintGuestId(SANDBOX_SECRETS.linkSecret);
  }

  /** Adds the first unit. @throws Error when that fails */
  async begin(): Promise<void> {
    const { status, code } = await this.#call("POST", "/api/cart/items", randomUUID());
    if (status !== 200) throw new Error(`the first unit was answered ${status} ${code}`);
  }

  /** @returns the answers that were not as documented */
  async findFaults(): Promise<string[]> {
    const [write, read, live, ready] = await Promise.all([
      this.#call("POST", "/api/cart/items", this.#key),
      this.#call("GET", "/api/cart"),
      this.#call("GET", "/api/health/live"),
      this.#call("GET", "/api/health/ready"),
    ]);
    return [
      ...refusalFaults("a write", write),
      ...(read.status === 200 ? [] : refusalFaults("a read", read)),
      ...(live.status === 200 ? [] : [`the liveness check was answered ${live.status}`]),
      ...(ready.status === 503 ? [] : [`the readiness check was answered ${ready.status}`]),
    ];
  }

  /** Repeats the refused write with its key. @returns the units in the cart */
  async repeatWrite(): Promise<unknown> {
    const { status, code } = await this.#call("POST", "/api/cart/items", this.#key);
    if (status !== 200) throw new Error(`the repeated write was answered ${status} ${code}`);
    const { data } = await this.#call("GET", "/api/cart");
    return at(data, "totalQuantity");
  }

  async #call(method: "GET" | "POST", path: string, key?: string): Promise<TimedAnswer> {
    const startedAt = performance.now();
    const body = key === undefined ? {} : { key, body: HAIR_OIL };
    const answer = await this.#shopper.send({ method, path, timeoutMs: CALL_TIMEOUT_MS, ...body });
    return { ...answer, tookMs: performance.now() - startedAt };
  }
}

function refusalFaults(what: string, { status, code, headers, tookMs }: TimedAnswer): string[] {
  const fault = `${what} was answered ${status} ${code} after ${Math.round(tookMs)} ms`;
  const isDocumented = status === 503 && Number(headers.get("retry-after")) > 0;
  return isDocumented && tookMs <= MOST_ANSWER_MS ? [] : [fault];
}
