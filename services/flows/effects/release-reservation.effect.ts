import type { Types } from "mongoose";
import { CartItem } from "../../../models/index.js";
import { unwrap } from "../../../utils/result.js";
import { releaseReservation } from "../../integrations/inventory-integration.service.js";

/**
 * Releases a reservation that no line points at any more; one that a line took up again is left alone
 * (`domain.md` §4). Releasing twice is a success there.
 */
export async function releaseUnusedReservation(cartId: Types.ObjectId, reservationId: string): Promise<void> {
  if (await CartItem.exists({ cartId, reservationId })) return;
  unwrap(await releaseReservation(reservationId));
}
