import type { Response } from "supertest";
import type { SandboxTokens } from "../../../scripts/sandbox/auth/index.js";
import { ITEMS, type Item, startCheckout } from "../../support/purchase.js";
import { type AdminWorld, startAdminWorld } from "../admin/admin-world.js";

type Customer = "asha" | "bharat" | "chitra" | "dev" | "esha";

/** A customer's checkout that only needs a payment. */
export interface CreditCheckout {
  id: string;
  as: { token: string };
  post(step: string, body?: object): Promise<Response>;
  drop(step: string): Promise<Response>;
  put(step: string, body: object): Promise<Response>;
  read(): Promise<Response>;
  place(): Promise<Response>;
}

export interface CreditWorld extends AdminWorld {
  checkoutOf(customer: Customer, items?: readonly Item[]): Promise<CreditCheckout>;
  /** The totals of the response, in rupees. */
  totalsIn(answer: Response): Record<string, number>;
  engagement: AdminWorld["sandbox"]["control"]["engagement"];
}

export async function startCreditWorld(): Promise<CreditWorld> {
  const world = await startAdminWorld();
  return {
    ...world,
    engagement: world.sandbox.control.engagement,
    totalsIn: ({ body }) => body.data.totals,
    async checkoutOf(customer: keyof SandboxTokens, items = [ITEMS.hairOil]) {
      const as = world.token(customer);
      const { id } = await startCheckout(world.url, { token: as.token, items });
      const path = `/api/checkout/${id}`;
      return {
        id,
        as,
        post: (step, body) => world.call("post", `${path}/${step}`, { as, body }),
        drop: (step) => world.call("delete", `${path}/${step}`, { as }),
        put: (step, body) => world.call("put", `${path}/${step}`, { as, body }),
        read: () => world.call("get", path, { as }),
        place: () =>
          world.call("post", "/api/orders", { as, body: { checkoutSessionId: id, termsAccepted: true } }),
      };
    },
  };
}
