import {
  type MergeRequest,
  mergeGuestIntoCustomer,
} from "../../services/flows/merge-cart/merge-cart.flow.js";
import { type CurrentCart, findCart } from "./current-cart.service.js";

/**
 * Brings the guest session's cart into the customer's and shows the outcome.
 * @returns `current` is null when there was nothing on either side
 * @throws as `mergeGuestIntoCustomer`
 */
export async function mergeCarts(
  request: MergeRequest,
): Promise<{ current: CurrentCart | null; merged: boolean }> {
  const merged = await mergeGuestIntoCustomer(request);
  return { merged, current: await findCart({ userId: request.userId }) };
}
