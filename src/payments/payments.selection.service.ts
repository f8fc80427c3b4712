import { type QueryFilter, trusted } from "mongoose";
import {
  Order,
  type OrderDoc,
  PAYMENTS_BY_CREATION_INDEX,
  PAYMENTS_BY_GATEWAY_INDEX,
  PAYMENTS_BY_METHOD_INDEX,
  PAYMENTS_WITH_ATTENTION_INDEX,
  type PaymentDoc,
} from "../../models/index.js";
import { dateRangeFromStart, type PageSource } from "../../services/platform/paginate.service.js";
import {
  PAYMENT_GATEWAY_STATUSES,
  PAYMENT_GATEWAYS,
  type PaymentGatewayName,
  type PaymentGatewayStatus,
  type PaymentMethod,
} from "../../utils/constants.js";
import { toObjectId } from "../../utils/helpers.js";
import type { DateRangeQuery } from "../../utils/request-schemas.js";

/** Dates: when the payment began. */
export interface PaymentFilters extends DateRangeQuery {
  status?: PaymentGatewayStatus;
  method?: PaymentMethod;
  gateway?: PaymentGatewayName;
  /** Only those that a person has to look at. */
  attention?: boolean;
  /** Every attempt to pay for the order. */
  orderNumber?: string;
  /** The id of a payment, here or at the gateway, or of a gateway order. */
  q?: string;
}

export type PaymentSelection = Pick<PageSource<PaymentDoc>, "filter" | "sortBy" | "hint">;

/**
 * Which payments a list or an export contains, by creation, and the index that finds them: for every combination of
 * filters it reads only rows of the answer, in their order.
 * @returns null when there can be none
 */
export async function selectPayments(filters: PaymentFilters): Promise<PaymentSelection | null> {
  const { q, orderNumber } = filters;
  const few = q !== undefined ? byId(q) : { condition: {} };
  const order = orderNumber === undefined ? {} : await ofOrder(orderNumber);
  if (!order) return null;
  // A few payments: the other filters are applied to these.
  if (q !== undefined || orderNumber !== undefined) {
    const filter = () => ({ ...plainly(filters), ...order, ...few.condition });
    return { filter, sortBy: few.sortBy ?? "createdAt" };
  }
  return selectByIndex(filters);
}

interface Few {
  condition: QueryFilter<PaymentDoc>;
  /** Sorting one value by itself needs no sort. */
  sortBy?: PaymentSelection["sortBy"];
}

/** The ids of the gateway are opaque: those of orders are told from those of payments by the lookup itself. */
function byId(q: string): Few {
  if (/^[0-9a-f]{24}$/i.test(q)) return { condition: { _id: toObjectId(q) }, sortBy: "_id" };
  if (/^order_/.test(q)) return { condition: { gatewayOrderId: q } };
  return { condition: { gatewayPaymentId: q }, sortBy: "gatewayPaymentId" };
}

/** An order from a checkout has the checkout's attempts; any other, those that name it. */
async function ofOrder(orderNumber: string): Promise<QueryFilter<PaymentDoc> | null> {
  const order = await Order.findOne({ orderNumber }, { checkoutSessionId: 1 }).lean<OrderDoc>();
  if (!order) return null;
  const { checkoutSessionId } = order;
  return checkoutSessionId ? { checkoutSessionId } : { orderId: order._id };
}

function plainly({ status, method, gateway, attention, ...dates }: PaymentFilters): QueryFilter<PaymentDoc> {
  return {
    ...(status ? { status } : {}),
    ...(method ? { method } : {}),
    ...(gateway ? { gateway } : {}),
    ...(attention === undefined ? {} : { attention }),
    createdAt: dateRangeFromStart(dates),
  };
}

/** A leading field of an index that is not filtered is given all its values: the database then merges their ranges. */
const anyOf = <T extends string>(values: readonly T[]) => trusted({ $in: [...values] });

/** As `selectPayments`, for the filters that do not name a payment or an order. */
export function selectByIndex(filters: Omit<PaymentFilters, "q" | "orderNumber">): PaymentSelection {
  const { status, method, gateway, attention } = filters;
  const sortBy = "createdAt";
  const plain = () => plainly(filters);
  if (attention) return { filter: plain, sortBy, hint: PAYMENTS_WITH_ATTENTION_INDEX };
  const anyStatus = () => (status ? {} : { status: anyOf(PAYMENT_GATEWAY_STATUSES) });
  if (method)
    return { filter: () => ({ ...plain(), ...anyStatus() }), sortBy, hint: PAYMENTS_BY_METHOD_INDEX };
  if (!status && !gateway) return { filter: plain, sortBy, hint: PAYMENTS_BY_CREATION_INDEX };
  const anyGateway = () => (gateway ? {} : { gateway: anyOf(PAYMENT_GATEWAYS) });
  const filter = () => ({ ...plain(), ...anyGateway(), ...anyStatus() });
  return { filter, sortBy, hint: PAYMENTS_BY_GATEWAY_INDEX };
}
