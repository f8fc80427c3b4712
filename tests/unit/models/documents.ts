import { Types } from "mongoose";
import { paise } from "../../../utils/money.js";

/** Whole documents with nothing to say: a test changes what it is about. */

export const anAddress = () => ({
  name: "Asha Rao",
  phone: "9876543210",
  line1: "14 Residency Road",
  city: "Bengaluru",
  state: "Karnataka",
  pincode: "560025",
  country: "IN",
});

export const anItem = () => ({
  productId: "product-1",
  variantId: "variant-1",
  sku: "SKU-1",
  name: "Kumkumadi oil",
  gstRateBps: 1_800,
  quantity: 1,
  unitPrice: paise(49_900),
  unitMrp: paise(59_900),
  lineTotal: paise(49_900),
});

export const aCart = () => ({ userId: "user-1", expiresAt: new Date("2026-12-01") });

export const anOrder = () => ({
  _id: new Types.ObjectId(),
  orderNumber: `ORD-2026-${new Types.ObjectId().toHexString()}`,
  userId: "user-1",
  email: "Asha@Example.com",
  phone: "+91 98765 43210",
  grandTotal: paise(49_900),
  shippingAddress: anAddress(),
  billingAddress: anAddress(),
});

export const aPayment = () => ({
  checkoutSessionId: new Types.ObjectId(),
  gateway: "razorpay" as const,
  amount: paise(49_900),
});

export const aCheckout = () => ({
  cartId: new Types.ObjectId(),
  userId: "user-1",
  expiresAt: new Date("2026-12-01"),
});

export const anInvoice = () => ({
  invoiceNumber: "INV-2026-000001",
  type: "sale" as const,
  documentTitle: "Tax invoice",
  series: "INV-2026",
  sequence: 1,
  orderId: new Types.ObjectId(),
  orderNumber: "ORD-2026-000001",
  issuedAt: new Date("2026-11-20"),
  financialYear: "2026-27",
  placeOfSupply: { code: "29", name: "Karnataka" },
  origin: "order:1",
  supplyType: "intra_state" as const,
  returnTable: "b2cs" as const,
  contentHash: "0".repeat(64),
  supplier: { name: "Vastra", address: "Bengaluru", gstin: "29AABCV4321K1Z7", stateCode: "29" },
  buyer: { name: "Asha Rao", address: "Bengaluru" },
  billingAddress: anAddress(),
  totals: { grandTotal: paise(49_900) },
  amountInWords: "Rupees Four Hundred Ninety Nine Only",
});
