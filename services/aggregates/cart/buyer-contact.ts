import type { BuyerContact, CheckoutSessionDoc } from "../../../models/index.js";
import { findLiveCheckout } from "../checkout-session/session-access.js";
import type { CartDraft } from "./cart-draft.js";

type Known = { email?: string | null | undefined; phone?: string | null | undefined } | null | undefined;

/** The first known e-mail and the first known phone. */
export function firstKnown(...sources: Known[]): BuyerContact {
  const pick = (field: "email" | "phone") => sources.map((source) => source?.[field]).find(Boolean) ?? null;
  return { email: pick("email"), phone: pick("phone") };
}

export const isSameContact = (a: Known, b: Known): boolean =>
  (a?.email ?? null) === (b?.email ?? null) && (a?.phone ?? null) === (b?.phone ?? null);

/** For a checkout's change of the cart: coupons are validated for the person who is going to pay. */
export function setContact(draft: CartDraft, contact: Pick<CheckoutSessionDoc, "email" | "phone">): void {
  draft.contact = firstKnown(contact, draft.contact);
}

/**
 * For a coupon that is being applied: the contact of the live checkout, else the one that the cart has, else
 * that of the customer's token.
 */
export async function findContact(draft: CartDraft, profile: Known): Promise<void> {
  draft.contact = firstKnown(await findLiveCheckout(draft.cart._id), draft.contact, profile);
}
