import type { Types } from "mongoose";
import { config } from "../../../config/env.config.js";
import { Cart, CheckoutSession, type CheckoutSessionDoc, customerNameOf } from "../../../models/index.js";
import { toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { sendNotification } from "../../integrations/engagement-integration.service.js";

/** Template `checkout_abandoned`: there is no number yet, `checkoutSessionId` stands for it; also `itemCount`. */
export async function notifyUnfinishedCheckout(checkoutSessionId: Types.ObjectId): Promise<void> {
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  // Meanwhile bought after all: a reminder would only confuse.
  if (!checkout?.email || checkout.status === "completed") return;
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
