import type { AddressSnapshot, ShippingMethodSnapshot } from "../../../models/index.js";
import type { Paise } from "../../../utils/money.js";
import { getServiceability } from "../../integrations/shipping-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";

export interface CodSale {
  shippingAddress: AddressSnapshot | null;
  shippingMethod: ShippingMethodSnapshot | null;
  /** Including the COD fee. */
  amountDue: Paise;
}

/** Why this sale cannot be paid in cash on delivery, as text; null when it can. Works while shipping is down. */
export async function findCodObstacle(sale: CodSale): Promise<string | null> {
  const { shippingAddress, shippingMethod, amountDue } = sale;
  const { codMaxAmount } = await getSettings("payments");
  if (!shippingAddress) return "Enter the shipping address first";
  if (shippingMethod && !shippingMethod.isCodAvailable)
    return "The chosen shipping method does not support cash on delivery";
  if (amountDue > codMaxAmount) return "The amount is above the limit for cash on delivery";
  const answer = await getServiceability(shippingAddress.pincode);
  if (!answer.success) return "Availability of cash on delivery cannot be checked at the moment";
  return answer.data.codAvailable ? null : "Cash on delivery is not available at this pincode";
}
