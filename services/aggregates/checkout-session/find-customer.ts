import type { Types } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc, customerNameOf } from "../../../models/index.js";

/** Who gets the messages about a checkout or an order. */
export interface MessageRecipient {
  name: string;
  to: { userId?: string; email: string; phone?: string };
}

/** @returns null where there is no checkout, or it has no e-mail address yet */
export async function findCustomer(
  checkoutSessionId: Types.ObjectId | null,
): Promise<MessageRecipient | null> {
  if (!checkoutSessionId) return null;
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout?.email) return null;
  return {
    name: customerNameOf(checkout) ?? "Customer",
    to: {
      ...(checkout.userId ? { userId: checkout.userId } : {}),
      email: checkout.email,
      ...(checkout.phone ? { phone: checkout.phone } : {}),
    },
  };
}
