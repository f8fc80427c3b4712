import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as checkoutAdminService from "./checkout.admin.service.js";
import type * as schemas from "./checkout.admin.validation.js";
import { toAdminCheckoutView, toFunnelView, toListedCheckoutView } from "./checkout.admin.view.js";
import { analyseCheckouts } from "./checkout.funnel.service.js";

export async function listCheckouts(
  { query }: AdminInput<typeof schemas.listCheckoutsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await checkoutAdminService.listCheckouts(query);
  const list = toListView(items.map(toListedCheckoutView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Checkouts", list);
}

export async function getFunnel(
  { query }: AdminInput<typeof schemas.getFunnelSchema>,
  res: Response,
): Promise<void> {
  const funnel = await analyseCheckouts(query);
  sendResponse(res, HTTP_STATUS.OK, "The checkout funnel", toFunnelView(funnel));
}

export async function getCheckoutById(
  { params }: AdminInput<typeof schemas.getCheckoutByIdSchema>,
  res: Response,
): Promise<void> {
  const checkout = await checkoutAdminService.getCheckoutById(toObjectId(params.sessionId));
  sendResponse(res, HTTP_STATUS.OK, "The checkout", toAdminCheckoutView(checkout));
}
