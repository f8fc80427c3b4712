import type {
  AppliedCoupon,
  AppliedDiscount,
  BuyerContact,
  CartItemDoc,
  CheckoutSessionDoc,
} from "../../../models/index.js";
import { emailKey } from "../../../utils/contact.js";
import { RuleError } from "../../../utils/errors.js";
import { maskCardNumbers } from "../../../utils/masking.js";
import { addPaise, type Paise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import {
  type CouponCheck,
  type EligibleGift,
  getAutomaticDiscounts,
  getEligibleGifts,
  getTierDiscount,
  validateCoupon,
} from "../../integrations/pricing-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { reconsiderOwnCoupons } from "../checkout-session/coupon-uses.js";
import { findLiveCheckout } from "../checkout-session/session-access.js";
import { boughtLines, type CartDraft } from "./cart-draft.js";
import { couponDroppedNotice } from "./notices.js";

/**
 * What the pricing service grants a cart. Every change asks again, except that a checkout may use what was answered
 * seconds ago. Coupons are validated every time.
 */
interface Promotions {
  couponChecks: CouponCheck[];
  discounts: AppliedDiscount[];
  gifts: EligibleGift[];
}

/** Reasons for which this service refuses a coupon; the pricing service has its own. */
export const COUPON_REASONS = {
  empty: "CART_EMPTY",
  notStackable: "NOT_STACKABLE",
  unknown: "NOT_APPLICABLE",
} as const;

/** Customers sometimes type their card number into the coupon field: the message masks it. */
export function couponInvalid(typed: string, reason: string): RuleError {
  const code = maskCardNumbers(typed);
  return new RuleError("COUPON_INVALID", `The coupon ${code} cannot be used`, { code, reason });
}

/**
 * Sets the draft's coupons and discounts to what the pricing service grants for its lines. Coupons that no
 * longer apply are dropped with a notice; an empty cart loses all of them without one.
 * @returns the gifts that the cart should hold
 * @throws RuleError COUPON_INVALID with `reason` for the draft's required coupon; the typed upstream errors
 */
export async function applyPromotions(draft: CartDraft): Promise<EligibleGift[]> {
  if (boughtLines(draft.lines).length === 0) {
    if (draft.requiredCoupon) throw couponInvalid(draft.requiredCoupon, COUPON_REASONS.empty);
    draft.couponCodes = [];
    draft.appliedCoupons = [];
    draft.appliedDiscounts = [];
    return [];
  }
  const promotions = await askPromotions(draft);
  draft.appliedDiscounts = promotions.discounts;
  const { maxCoupons } = await getSettings("cart");
  draft.appliedCoupons = keepApplicable(draft, promotions.couponChecks, maxCoupons);
  draft.couponCodes = draft.appliedCoupons.map((coupon) => coupon.code);
  return promotions.gifts;
}

async function askPromotions(draft: CartDraft): Promise<Promotions> {
  const { cart, lines, couponCodes, contact } = draft;
  const items = boughtLines(lines).map(toPricedItem);
  const { userId } = cart;
  const cartTotal = addPaise(...items.map((item) => item.lineTotal));
  const itemCount = items.reduce((units, item) => units + item.quantity, 0);
  const productIds = [...new Set(items.map((item) => item.productId))];
  const recent = { mayBeRecent: draft.isOfCheckout };
  const ask = async (code: string): Promise<CouponCheck> => ({
    ...unwrap(await validateCoupon({ code, userId, ...contact, cartTotal, items })),
    code,
  });
  const [automatic, tier, gifts, ...checks] = await Promise.all([
    getAutomaticDiscounts({ cartTotal, itemCount, productIds, userId }, recent),
    getTierDiscount({ cartTotal, userId }, recent),
    getEligibleGifts({ cartTotal, productIds }, recent),
    ...couponCodes.map(ask),
  ]);
  return {
    discounts: [...toAutomatic(unwrap(automatic)), ...toTier(unwrap(tier))],
    gifts: unwrap(gifts).gifts,
    couponChecks: await reconsiderOwnCoupons({
      cartIds: draft.claimsOf,
      checks,
      ask,
      isContactNew: !isSameContact(contact, cart.contact),
    }),
  };
}

/** For bought lines only: a gift must not count towards the rule that gives it. */
const toPricedItem = ({ productId, variantId, quantity, unitPrice, lineTotal }: CartItemDoc) => ({
  productId,
  variantId,
  quantity,
  unitPrice,
  lineTotal,
});

const toAutomatic = ({
  discounts,
}: {
  discounts: { id: string; name: string; discountAmount: Paise }[];
}): AppliedDiscount[] =>
  discounts
    .filter((discount) => discount.discountAmount > 0)
    .map(({ id, name, discountAmount }) => ({ id, name, type: "automatic", discountAmount }));

const toTier = ({
  tier,
  discountAmount,
}: {
  tier: { id: string; name: string } | null;
  discountAmount: Paise;
}): AppliedDiscount[] =>
  tier && discountAmount > 0 ? [{ id: tier.id, name: tier.name, type: "tier", discountAmount }] : [];

/** Keeps up to `maxCoupons` coupons, or any number of stackable ones; those applied first stay. */
function keepApplicable(
  draft: CartDraft,
  checks: readonly CouponCheck[],
  maxCoupons: number,
): AppliedCoupon[] {
  const kept: AppliedCoupon[] = [];
  for (const [index, code] of draft.couponCodes.entries()) {
    const check = checks[index];
    if (!check) continue;
    const reason = reasonAgainst(check, kept, maxCoupons);
    if (reason !== null) rejectCoupon(draft, code, reason);
    else if (check.valid) {
      const { type, value, discountAmount, stackable } = check;
      kept.push({ code, type, value, discountAmount, stackable });
    }
  }
  return kept;
}

function reasonAgainst(
  check: CouponCheck,
  kept: readonly AppliedCoupon[],
  maxCoupons: number,
): string | null {
  if (!check.valid) return check.reason ?? COUPON_REASONS.unknown;
  const fits = kept.length < maxCoupons || (check.stackable && kept.every((coupon) => coupon.stackable));
  return fits ? null : COUPON_REASONS.notStackable;
}

function rejectCoupon(draft: CartDraft, code: string, reason: string): void {
  if (code === draft.requiredCoupon) throw couponInvalid(code, reason);
  draft.notices.push(couponDroppedNotice(code, reason));
}

type ContactSource =
  | { email?: string | null | undefined; phone?: string | null | undefined }
  | null
  | undefined;

/** The first known e-mail address and the first known phone number. */
export function firstKnown(...sources: ContactSource[]): BuyerContact {
  const pick = (field: "email" | "phone") => sources.map((source) => source?.[field]).find(Boolean) ?? null;
  return { email: pick("email"), phone: pick("phone") };
}

export const isSameContact = (a: ContactSource, b: ContactSource): boolean =>
  emailKeyOf(a?.email) === emailKeyOf(b?.email) && (a?.phone ?? null) === (b?.phone ?? null);

const emailKeyOf = (email: string | null | undefined): string | null => (email ? emailKey(email) : null);

/** Makes a change of the cart that of its checkout: coupons are validated for the person who is going to pay. */
export function changeForCheckout(
  draft: CartDraft,
  contact: Pick<CheckoutSessionDoc, "email" | "phone">,
): void {
  draft.isOfCheckout = true;
  draft.contact = firstKnown(contact, draft.contact);
}

/**
 * For a coupon that is being applied: the contact of the live checkout, else the cart's, else that of the
 * customer's token.
 */
export async function findContact(draft: CartDraft, profile: ContactSource): Promise<void> {
  draft.contact = firstKnown(await findLiveCheckout(draft.cart._id), draft.contact, profile);
}
