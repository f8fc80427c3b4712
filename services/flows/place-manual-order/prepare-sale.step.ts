import { Types } from "mongoose";
import type {
  AddressSnapshot,
  AppliedCoupon,
  ShippingMethodSnapshot,
  SoldLine,
} from "../../../models/index.js";
import { PAYMENT_METHOD, type PaymentMethod } from "../../../utils/constants.js";
import type { AddressInput } from "../../../utils/contact-schemas.js";
import { RuleError, ValidationError } from "../../../utils/errors.js";
import { addPaise, multiplyPaise, type Paise, ZERO_PAISE } from "../../../utils/money.js";
import type { AdminPrincipal } from "../../../utils/principal.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import { calculateCartTotals, type PricedLine } from "../../aggregates/cart/cart-totals.js";
import { couponInvalid } from "../../aggregates/cart/promotions.js";
import { createLineSnapshot, getSellables } from "../../aggregates/cart/snapshot.service.js";
import { placeOfSupplyOf } from "../../aggregates/checkout/checkout-state.js";
import { findCodObstacle } from "../../aggregates/checkout/cod-terms.js";
import { getDelivery, toAddress, toBuyerGstin } from "../../aggregates/checkout/delivery-address.js";
import { freezeSale } from "../../aggregates/checkout/freeze-checkout.js";
import { findMethodsFor, shippingBasisOf } from "../../aggregates/checkout/reprice-shipping.js";
import type { Sale } from "../../aggregates/order/new-order.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { getUser } from "../../integrations/auth-integration.service.js";
import { validateCoupon } from "../../integrations/pricing-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";

/** How an order that an administrator enters is paid. */
export type ManualPaymentMethod = Extract<PaymentMethod, "cod" | "bank_transfer" | "manual">;

export interface ManualOrderItem {
  productId: string;
  variantId: string;
  quantity: number;
  /** Instead of the catalog's price. */
  unitPrice: Paise | null;
}

export interface ManualOrderRequest {
  userId: string | null;
  email: string;
  phone: string;
  items: readonly ManualOrderItem[];
  shippingAddress: AddressInput;
  /** Null: as the shipping address. */
  billingAddress: AddressInput | null;
  gstin: string | null;
  shippingMethodId: string;
  paymentMethod: ManualPaymentMethod;
  /** In the form of `receiptReference`; with `manual` only. */
  paymentReference: string | null;
  couponCode: string | null;
  customerNotes: string | null;
  internalNote: string | null;
  by: AdminPrincipal;
  requestKey: string | null;
}

/** An order as it will be placed, once its stock and its coupon are taken. */
export interface PreparedSale {
  request: ManualOrderRequest;
  orderId: Types.ObjectId;
  lines: readonly SoldLine[];
  sale: Sale;
  customerName: string;
  shippingAddress: AddressSnapshot;
  billingAddress: AddressSnapshot;
  gstin: string | null;
  placeOfSupply: string | null;
  shippingMethod: ShippingMethodSnapshot;
  /** Null when nothing is due. */
  paymentMethod: ManualPaymentMethod | null;
  /** Where the administrator's price is not the catalog's. */
  ownPrices: { variantId: string; catalogPrice: Paise; unitPrice: Paise }[];
}

/**
 * Checks and prices a manual order with the rules of a checkout; changes nothing anywhere. The administrator's price and
 * one coupon apply, but no automatic discounts and gifts: the price is what was agreed.
 * @throws NotFoundError PRODUCT_NOT_FOUND; RuleError PINCODE_NOT_SERVICEABLE, INVALID_GSTIN, COUPON_INVALID,
 *   SHIPPING_METHOD_UNAVAILABLE, COD_UNAVAILABLE; ValidationError for an unknown customer and a state that is not the
 *   pincode's; the typed upstream errors
 */
export async function prepareSale(request: ManualOrderRequest): Promise<PreparedSale> {
  const destination = await checkDestination(request);
  const goods = await priceGoods(request);
  const coupons = await checkCoupon(request, goods.lines);
  const { lines } = goods;
  const terms = { lines, coupons, placeOfSupply: destination.placeOfSupply };
  const basis = shippingBasisOf({ lines, totals: await total(terms, null) });
  const shippingMethod = await chooseShipping(request, destination.shippingAddress, basis);
  const paymentMethod = await choosePaymentMethod(request, { ...terms, ...destination, shippingMethod });
  const codFee = paymentMethod === PAYMENT_METHOD.COD ? shippingMethod.codFee : ZERO_PAISE;
  const totals = await total(terms, { rate: shippingMethod.rate, codFee });
  const sold = freezeSale(lines, totals, (await getSettings("tax")).chargeRatePolicy);
  return {
    ...{ request, orderId: new Types.ObjectId(), shippingMethod, paymentMethod },
    ...destination,
    ownPrices: goods.ownPrices,
    lines: sold.lines,
    sale: { ...sold, coupons: granted(coupons, totals), discounts: [] },
  };
}

async function checkDestination(request: ManualOrderRequest) {
  const { userId, gstin, billingAddress: billing } = request;
  const shippingAddress = toAddress(request.shippingAddress, "shippingAddress");
  const billingAddress = billing ? toAddress(billing, "billingAddress") : shippingAddress;
  const buyerGstin = gstin === null ? null : toBuyerGstin(gstin, billingAddress);
  const [account] = await Promise.all([findAccount(userId), getDelivery(shippingAddress)]);
  return {
    ...{ shippingAddress, billingAddress, gstin: buyerGstin },
    customerName: account?.name ?? shippingAddress.name,
    placeOfSupply: placeOfSupplyOf({ gstin: buyerGstin, shippingAddress }),
  };
}

async function findAccount(userId: string | null) {
  if (userId === null) return null;
  const result = await getUser(userId);
  if (!isRefused(result)) return unwrap(result);
  throw new ValidationError([{ in: "body", path: "userId", message: "There is no such customer" }]);
}

async function priceGoods({ items }: ManualOrderRequest) {
  const lines: PricedLine[] = [];
  const ownPrices: PreparedSale["ownPrices"] = [];
  for (const { quantity, unitPrice: own, ...sellable } of await getSellables(items)) {
    const snapshot = await createLineSnapshot(sellable);
    const unitPrice = own ?? snapshot.unitPrice;
    if (unitPrice !== snapshot.unitPrice)
      ownPrices.push({ variantId: snapshot.variantId, catalogPrice: snapshot.unitPrice, unitPrice });
    lines.push({
      ...snapshot,
      ...{ _id: new Types.ObjectId(), bundleId: null, quantity, unitPrice, lineDiscount: ZERO_PAISE },
      ...{ lineTotal: multiplyPaise(unitPrice, quantity), isFreeGift: false, giftRuleId: null },
    });
  }
  return { lines, ownPrices };
}

async function checkCoupon(
  { couponCode: code, userId, email, phone }: ManualOrderRequest,
  lines: readonly PricedLine[],
): Promise<AppliedCoupon[]> {
  if (code === null) return [];
  const cartTotal = addPaise(...lines.map(({ lineTotal }) => lineTotal));
  const buyer = { ...(userId ? { userId } : {}), email, phone };
  const check = unwrap(await validateCoupon({ code, ...buyer, cartTotal, items: lines }));
  if (!check.valid) throw couponInvalid(code, check.reason ?? "NOT_APPLICABLE");
  const { type, value, discountAmount, stackable } = check;
  return [{ code, type, value, discountAmount, stackable }];
}

interface SaleTerms {
  lines: readonly PricedLine[];
  coupons: AppliedCoupon[];
  placeOfSupply: string | null;
}

/** By the function that totals every cart. @param shipping null before a method is chosen */
async function total(
  { lines, coupons, placeOfSupply }: SaleTerms,
  shipping: { rate: Paise; codFee: Paise } | null,
): Promise<Totals> {
  const { pricesIncludeTax } = await getSettings("tax");
  const discounts = { appliedCoupons: coupons, appliedDiscounts: [] };
  return calculateCartTotals(
    { ...discounts, shipping, placeOfSupply, isSezBuyer: false, pricesIncludeTax },
    lines,
  );
}

const granted = (coupons: readonly AppliedCoupon[], { discounts }: Totals): AppliedCoupon[] =>
  coupons.map((coupon, index) => ({
    ...coupon,
    discountAmount: discounts.coupons[index]?.amount ?? ZERO_PAISE,
  }));

async function chooseShipping(
  { shippingMethodId }: ManualOrderRequest,
  address: AddressSnapshot,
  basis: ReturnType<typeof shippingBasisOf>,
): Promise<ShippingMethodSnapshot> {
  const methods = await findMethodsFor(address, basis);
  const method = methods.find(({ id }) => id === shippingMethodId);
  if (method) return method;
  throw new RuleError("SHIPPING_METHOD_UNAVAILABLE", "This shipping method is not offered for the address");
}

/** Null when nothing is due: the fee of cash on delivery must not be what makes something due. */
async function choosePaymentMethod(
  { paymentMethod }: ManualOrderRequest,
  terms: SaleTerms & Pick<PreparedSale, "shippingAddress" | "shippingMethod">,
): Promise<ManualPaymentMethod | null> {
  const { rate, codFee } = terms.shippingMethod;
  if ((await total(terms, { rate, codFee: ZERO_PAISE })).amountDue === 0) return null;
  if (paymentMethod !== PAYMENT_METHOD.COD) return paymentMethod;
  const { amountDue } = await total(terms, { rate, codFee });
  const { enabledMethods } = await getSettings("payments");
  const isEnabled = enabledMethods.includes(PAYMENT_METHOD.COD);
  const reason = isEnabled ? await findCodObstacle({ ...terms, amountDue }) : "Currently not available";
  if (reason === null) return paymentMethod;
  throw new RuleError("COD_UNAVAILABLE", reason, { reason });
}
