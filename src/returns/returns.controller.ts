import type { Response } from "express";
import type { Input } from "../../middlewares/described-router.js";
import type { ReturnDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { actorOf } from "../../utils/principal.js";
import { toListView } from "../../utils/views/list.view.js";
import * as returnsService from "./returns.service.js";
import type * as schemas from "./returns.validation.js";
import { toEligibilityView, toReasonsView, toReturnView } from "./returns.view.js";

const toView = (found: ReturnDoc) => toReturnView(found, returnsService.imageLink);

export function listReasons(_input: unknown, res: Response): void {
  sendResponse(res, HTTP_STATUS.OK, "Reasons for a return", toReasonsView());
}

export async function getEligibility(
  { query: { orderNumber }, owner }: Input<typeof schemas.getEligibilitySchema>,
  res: Response,
): Promise<void> {
  const lines = await returnsService.getOwnLines(orderNumber, owner);
  sendResponse(res, HTTP_STATUS.OK, "What can be returned", toEligibilityView(orderNumber, lines, now()));
}

export async function createReturn(
  { body, owner, principal, requestKey }: Input<typeof schemas.createReturnSchema>,
  res: Response,
): Promise<void> {
  const requested = await returnsService.requestReturn({
    ...{ ...body, owner, by: actorOf(principal) },
    requestKey: requestKey ?? null,
  });
  sendResponse(res, HTTP_STATUS.CREATED, "Your return is requested", toView(requested));
}

export async function listReturns(
  { query, owner }: Input<typeof schemas.listReturnsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await returnsService.listReturns(owner, query);
  sendResponse(res, HTTP_STATUS.OK, "Your returns", toListView(items.map(toView), { ...query, total }));
}

export async function getReturn(
  { params, owner }: Input<typeof schemas.getReturnSchema>,
  res: Response,
): Promise<void> {
  const found = await returnsService.getOwnReturn(toObjectId(params.returnId), owner);
  sendResponse(res, HTTP_STATUS.OK, "Your return", toView(found));
}
