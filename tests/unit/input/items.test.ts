import Joi from "joi";
import { itemToBuyKeys, lineUnitKeys } from "../../../utils/request-schemas.js";
import { readBody } from "../../support/schema-checks.js";

const isAccepted = (keys: Joi.SchemaMap, body: object) =>
  readBody(Joi.object(keys), body).refused === undefined;

describe("An item of a cart or of an order that an admin enters", () => {
  const item = { productId: "prod-1", variantId: "var-1", quantity: 1 };

  test.each(["a", "_V1StGXR8", "-x", ".x:y", "auth0|x@y", "x".repeat(128)])(
    "When an id is %s, then it is accepted",
    (id) => {
      expect(isAccepted(itemToBuyKeys(), { ...item, productId: id, variantId: id })).toBe(true);
    },
  );

  test.each(["", "a b", "a/b", "a%2fb", "\u00e9", "x".repeat(129)])(
    "When an id is '%s', then it is refused",
    (id) => {
      expect(isAccepted(itemToBuyKeys(), { ...item, productId: id })).toBe(false);
      expect(isAccepted(itemToBuyKeys(), { ...item, variantId: id })).toBe(false);
    },
  );

  test.each([
    [1, true],
    [10_000, true],
    [10_001, false],
    [0, false],
    [1.5, false],
    ["1", false],
  ])("When %j units are wanted, then accepted is %j", (quantity, accepted) => {
    expect(isAccepted(itemToBuyKeys(), { ...item, quantity })).toBe(accepted);
  });
});

test("When units of an order's line are named, then there are 1 to a million", () => {
  const named = (quantity: number) => isAccepted(lineUnitKeys(), { orderItemId: "a".repeat(24), quantity });
  expect([0, 1, 1_000_000, 1_000_001].map(named)).toEqual([false, true, true, false]);
});
