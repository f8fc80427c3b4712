import { at, listAt, textAt } from "../demo/storefront.js";
import { SEED } from "../sandbox/seed/index.js";
import type { Step } from "./steps.js";
import type { Visit } from "./visit.js";

/** What else a customer does with a cart, before he buys it. */

const KAJAL = { productId: SEED.products.kajal, variantId: SEED.variants.kajal, quantity: 1 };
const HAIR_OIL = { productId: SEED.products.hairOil, variantId: SEED.variants.hairOil, quantity: 1 };

const addTo = (name: string, body: object): Step => ({
  name,
  run: async (visit) => void (await visit.call({ method: "POST", path: "/api/cart/items", body })),
});
export const addKajal = addTo("add-kajal", KAJAL);
export const addHairOil = addTo("add-hair-oil", HAIR_OIL);

/** After logging in: the guest's cart joins the customer's own. */
export const merge: Step = {
  name: "merge",
  run: async (visit) => void (await visit.call({ method: "POST", path: "/api/cart/merge" })),
};

async function findId(visit: Visit, list: "cart" | "cart/saved-items", variantId: string) {
  const data = await visit.call({ method: "GET", path: `/api/${list}` });
  const item = listAt(data, "items").find((candidate) => at(candidate, "variantId") === variantId);
  return item === undefined ? null : textAt(item, "id");
}

/** A step about one line; when the line has gone by a first try, there is nothing left to do. */
const withLine = (
  name: string,
  { list = "cart", variantId }: { list?: "cart" | "cart/saved-items"; variantId: string },
  act: (visit: Visit, id: string) => Promise<unknown>,
): Step => ({
  name,
  run: async (visit) => {
    const id = await findId(visit, list, variantId);
    if (id !== null) await act(visit, id);
  },
});

export const changeQuantity = withLine("change-quantity", KAJAL, (visit, id) =>
  visit.call({ method: "PUT", path: `/api/cart/items/${id}`, body: { quantity: 3 } }),
);
export const saveForLater = withLine("save-for-later", HAIR_OIL, (visit, id) =>
  visit.call({ method: "POST", path: `/api/cart/items/${id}/save-later` }),
);
export const moveBack = withLine("move-back", { ...HAIR_OIL, list: "cart/saved-items" }, (visit, id) =>
  visit.call({ method: "POST", path: `/api/cart/saved-items/${id}/move-to-cart` }),
);
export const removeLine = withLine("remove", HAIR_OIL, (visit, id) =>
  visit.call({ method: "DELETE", path: `/api/cart/items/${id}` }),
);
