import { randomUUID } from "node:crypto";
import { mintGuestId } from "../../utils/guest-ids.js";
import { SANDBOX_SECRETS } from "../sandbox/environment.js";
import { SEED } from "../sandbox/seed/index.js";
import { at } from "../support/json.js";

/** What one customer, and a load balancer, hear while there is no majority to write to (F39). */

/** The driver looks for a primary for 5 s; a machine under load may add its share. */
const MOST_ANSWER_MS = 7_000;
const CALL_TIMEOUT_MS = 30_000;

const HAIR_OIL = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };

interface Heard {
  status: number;
  code: string | null;
  retryAfter: number;
  tookMs: number;
  data: unknown;
}

/** A customer with one unit in the cart. */
export class Witness {
  readonly #sessionId = mintGuestId(SANDBOX_SECRETS.linkSecret);
  readonly #key = randomUUID();

  constructor(private readonly url: string) {}

  /** @throws Error when even that does not work */
  async begin(): Promise<void> {
    const { status, code } = await this.#call("POST", "/api/cart/items", randomUUID());
    if (status !== 200) throw new Error(`the first unit was answered ${status} ${code}`);
  }

  /** @returns what was not as it has to be */
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
      ...(live.status === 200 ? [] : [`alive was answered ${live.status}`]),
      ...(ready.status === 503 ? [] : [`ready was answered ${ready.status}`]),
    ];
  }

  /** The write that was refused, repeated with its key: it counts once. @returns how many units there are */
  async comeBack(): Promise<unknown> {
    const { status, code } = await this.#call("POST", "/api/cart/items", this.#key);
    if (status !== 200) throw new Error(`the repeated write was answered ${status} ${code}`);
    const { data } = await this.#call("GET", "/api/cart");
    return at(data, "totalQuantity");
  }

  async #call(method: "GET" | "POST", path: string, key?: string): Promise<Heard> {
    const startedAt = performance.now();
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        "X-Session-Id": this.#sessionId,
        ...(key === undefined ? {} : { "Content-Type": "application/json", "Idempotency-Key": key }),
      },
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      ...(key === undefined ? {} : { body: JSON.stringify(HAIR_OIL) }),
    });
    const envelope: unknown = await answer.json();
    const code = at(envelope, "error.code");
    return {
      status: answer.status,
      code: typeof code === "string" ? code : null,
      retryAfter: Number(answer.headers.get("retry-after") ?? 0),
      tookMs: performance.now() - startedAt,
      data: at(envelope, "data"),
    };
  }
}

function refusalFaults(what: string, { status, code, retryAfter, tookMs }: Heard): string[] {
  const told = `${what} was answered ${status} ${code} after ${Math.round(tookMs)} ms`;
  const isDocumented = status === 503 && retryAfter > 0;
  return isDocumented && tookMs <= MOST_ANSWER_MS ? [] : [told];
}
