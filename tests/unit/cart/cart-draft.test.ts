import { Types } from "mongoose";
import type { CartDoc, CartItemDoc } from "../../../models/index.js";
import {
  type CartDraft,
  compareLines,
  findReservationsToRelease,
  startDraft,
} from "../../../services/aggregates/cart/cart-draft.js";
import { paise, ZERO_PAISE } from "../../../utils/money.js";

const at = new Date("2026-01-01T00:00:00Z");

const lineOf = (reservationId: string | null, quantity = 1): CartItemDoc => ({
  _id: new Types.ObjectId(),
  cartId: new Types.ObjectId(),
  productId: "prod-a",
  variantId: "var-a",
  bundleId: null,
  sku: "A",
  name: "A",
  imageUrl: null,
  attributes: { size: "1" },
  hsnCode: null,
  gstRateBps: 500,
  weightGrams: 1,
  categoryId: null,
  sellerId: null,
  isReturnable: true,
  quantity,
  unitPrice: paise(100),
  unitMrp: paise(100),
  lineDiscount: ZERO_PAISE,
  lineTotal: paise(100 * quantity),
  isFreeGift: false,
  giftRuleId: null,
  maxPerOrder: null,
  reservationId,
  reservationExpiresAt: at,
  addedAt: at,
  createdAt: at,
  updatedAt: at,
});

const cart = { _id: new Types.ObjectId(), appliedCoupons: [], appliedDiscounts: [] } as unknown as CartDoc;
const draftOf = (...lines: CartItemDoc[]): CartDraft => startDraft({ cart, lines }, "token");

describe("a cart draft compared with the stored cart", () => {
  it("When nothing was changed, then nothing differs", () => {
    const draft = draftOf(lineOf("res-1"), lineOf(null));
    expect(compareLines(draft)).toEqual({ inserted: [], updated: [], deleted: [] });
    expect(findReservationsToRelease(draft)).toEqual([]);
  });

  it("When lines are added, changed and removed, then each is reported and the stored lines are unchanged", () => {
    const [kept, changed, removed] = [lineOf("res-1"), lineOf("res-2"), lineOf("res-3")];
    const draft = draftOf(kept, changed, removed);
    const added = lineOf("res-4");
    const mine = draft.lines[1];
    if (!mine) throw new Error("no line");
    mine.quantity = 7;
    draft.lines = [...draft.lines.slice(0, 2), added];
    expect(compareLines(draft)).toEqual({ inserted: [added], updated: [mine], deleted: [removed] });
    expect(changed.quantity).toBe(1);
    expect(findReservationsToRelease(draft)).toEqual(["res-3"]);
  });

  it("When a line has a new reservation, then its old one is released", () => {
    const draft = draftOf(lineOf("res-old"));
    const line = draft.lines[0];
    if (!line) throw new Error("no line");
    line.reservationId = "res-new";
    expect(findReservationsToRelease(draft)).toEqual(["res-old"]);
  });
});
