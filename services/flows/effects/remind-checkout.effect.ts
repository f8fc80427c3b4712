import type { Types } from "mongoose";
import { config } from "../../../config/env.config.js";
import { Cart, CheckoutSession, type CheckoutSessionDoc, customerNameOf } from "../../../models/index.js";
import { toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { sendNotification } from "../../integrations/engagement-integration.service.js";
import { addressKeyOf } from "../../platform/reminder.service.js";

/**
 * Template `checkout_abandoned`: with `checkoutSessionId` in place of an order number, and `itemCount`.
 * @param addressKey of the address that the reminder was claimed for; another address gets none
 */
export async function notifyUnfinishedCheckout(
  checkoutSessionId: Types.ObjectId,
  addressKey: string,
): Promise<void> {
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  // It was bought since: a reminder would confuse.
  if (!checkout?.email || checkout.status === "completed") return;
  if (addressKeyOf(checkout.email) !== addressKey) return;
  const cart = await Cart.findById(checkout.cartId).lean<{ status: string; itemCount: number }>();
  if (!cart || cart.status === "converted") return;
  const id = checkoutSessionId.toHexString();
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: {
        ...(checkout.userId ? { userId: checkout.userId } : {}),
        email: checkout.email,
        ...(checkout.phone ? { phone: checkout.phone } : {}),
      },
      template: "checkout_abandoned",
      data: {
        checkoutSessionId: id,
        customerName: customerNameOf(checkout) ?? "Customer",
        grandTotal: toRupees(checkout.totals?.grandTotal ?? ZERO_PAISE),
        itemCount: cart.itemCount,
        link: `${config.storefrontUrl}/checkout/${id}`,
      },
      dedupeKey: `checkout_abandoned:${id}`,
    }),
  );
}
