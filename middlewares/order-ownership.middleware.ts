import { Order, type OrderDoc } from "../models/index.js";
import { isLinkTokenValid, orderSubject } from "../services/platform/links.service.js";
import { orderNotFound, UnauthenticatedError } from "../utils/errors.js";
import { isOwnedBy } from "../utils/principal.js";
import type { Ownership } from "./route.types.js";

/** An order that the caller may see. */
export interface OwnOrder {
  order: OrderDoc;
}

/**
 * For routes with `:orderNumber`. The order belongs to the caller, or the caller has the signed link from the
 * mail; a route accepts that link by declaring `token` in its query. An unknown order and another caller's get
 * the same 404, so that order numbers cannot be probed.
 */
export const orderOwnership: Ownership<OwnOrder> = {
  param: "orderNumber",
  refuses: ["ORDER_NOT_FOUND"],
  async find(orderNumber, { owner, query }) {
    const { token } = query;
    if (!owner && !token) throw new UnauthenticatedError("Sign in, or use the link from the mail");
    const order = await Order.findOne({ orderNumber }).lean<OrderDoc>();
    const hasLink = typeof token === "string" && isLinkTokenValid(orderSubject(orderNumber), token);
    const mayRead = order !== null && (hasLink || (owner !== null && isOwnedBy(order, owner)));
    if (!mayRead) throw orderNotFound();
    return { order };
  },
};
