import { type AdminOrder, getAdminOrder } from "../../services/aggregates/order/load-admin-order.js";
import {
  type ManualOrderRequest,
  placeManualOrder,
} from "../../services/flows/place-manual-order/place-manual-order.flow.js";

/** @throws as `placeManualOrder` */
export const placeAndRead = async (request: ManualOrderRequest): Promise<AdminOrder> =>
  getAdminOrder(await placeManualOrder(request));
