import { type Migration, updateInBatches } from "./migration.js";

const textsOf = (prefix: string, values: string) => ({
  $map: { input: { $ifNull: [values, []] }, in: { $concat: [prefix, "$$this"] } },
});

const WANTED = { $setUnion: [textsOf("seller:", "$sellerOrders.sellerId"), textsOf("tag:", "$tags")] };
const LATER = /^(?:seller|tag):/;
const PRESENT = { $ifNull: ["$searchKeys", []] };

export const orderSearchKeys: Migration = {
  name: "0002-order-search-keys",
  description: "Orders are found by seller and tag, not only by e-mail address and phone number",
  up: (context) =>
    updateInBatches(context, "orders", { $expr: { $not: [{ $setIsSubset: [WANTED, PRESENT] }] } }, [
      { $set: { searchKeys: { $concatArrays: [PRESENT, { $setDifference: [WANTED, PRESENT] }] } } },
    ]),
  down: (context) =>
    updateInBatches(context, "orders", { searchKeys: LATER }, [
      {
        $set: {
          searchKeys: {
            $filter: {
              input: "$searchKeys",
              cond: { $not: { $regexMatch: { input: "$$this", regex: LATER } } },
            },
          },
        },
      },
    ]),
};
