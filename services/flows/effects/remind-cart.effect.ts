import type { Types } from "mongoose";
import { config } from "../../../config/env.config.js";
import { Cart, type CartDoc } from "../../../models/index.js";
import { toRupees } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { getUser } from "../../integrations/auth-integration.service.js";
import { sendNotification } from "../../integrations/engagement-integration.service.js";
import { boughtLines } from "../steps/cart/cart-draft.step.js";
import { findCartLines } from "../steps/cart/find-cart.step.js";

/**
 * Template `cart_abandoned`: `customerName`, `itemCount`, `grandTotal`, `items [{name, imageUrl, quantity,
 * unitPrice}]` and the `link`; there is no order number yet. Sent once per cart, by its `dedupeKey`, even if the
 * cart is abandoned again. A customer who has returned to the cart gets none.
 */
export async function notifyCartAbandoned(cartId: Types.ObjectId): Promise<void> {
  const cart = await Cart.findById(cartId).lean<CartDoc>();
  if (cart?.status !== "abandoned" || !cart.userId) return;
  const { name, email } = unwrap(await getUser(cart.userId));
  if (!email) return;
  const lines = boughtLines(await findCartLines(cartId));
  const id = cartId.toHexString();
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { userId: cart.userId, email },
      template: "cart_abandoned",
      data: {
        customerName: name ?? "Customer",
        itemCount: lines.length,
        grandTotal: toRupees(cart.grandTotal),
        items: lines.map(({ name: item, imageUrl, quantity, unitPrice }) => ({
          ...{ name: item, imageUrl, quantity },
          unitPrice: toRupees(unitPrice),
        })),
        link: `${config.storefrontUrl}/cart`,
      },
      dedupeKey: `cart_abandoned:${id}`,
    }),
  );
}
