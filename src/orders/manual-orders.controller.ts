import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { rupeesToPaise } from "../../utils/money.js";
import { toAdminOrderView } from "../../utils/views/admin-order.view.js";
import * as manualOrdersService from "./manual-orders.service.js";
import type * as schemas from "./manual-orders.validation.js";

export async function placeManualOrder(
  { body, principal, requestKey }: AdminInput<typeof schemas.placeManualOrderSchema>,
  res: Response,
): Promise<void> {
  const order = await manualOrdersService.placeAndRead({
    userId: body.userId ?? null,
    email: body.email,
    phone: body.phone,
    items: body.items.map(({ unitPrice, ...item }) => ({
      ...item,
      unitPrice: unitPrice === undefined ? null : rupeesToPaise(unitPrice),
    })),
    shippingAddress: body.shippingAddress,
    billingAddress: body.billingAddress ?? null,
    gstin: body.gstin ?? null,
    shippingMethodId: body.shippingMethodId,
    paymentMethod: body.paymentMethod,
    paymentReference: body.paymentReference ?? null,
    couponCode: body.couponCode ?? null,
    customerNotes: body.customerNotes ?? null,
    internalNote: body.internalNote ?? null,
    by: principal,
    requestKey: requestKey ?? null,
  });
  sendResponse(res, HTTP_STATUS.CREATED, "The order is placed", toAdminOrderView(order));
}
