import type {
  CartStatus,
  CheckoutStatus,
  FulfillmentStatus,
  LineFulfillmentStatus,
  OrderStatus,
  PaymentGatewayStatus,
  PaymentStatus,
  RefundStatus,
  ReturnStatus,
  ShipmentStatus,
} from "./constants.js";

/**
 * Every lifecycle of the service as data. A status without a row does not compile. A move that a table does not list is
 * refused (or, for a late report of the gateway, ignored) by `services/platform/transition.service.ts`.
 */
type Table<S extends string> = Record<S, readonly S[]>;

export interface StateMachine<S extends string> {
  readonly name: string;
  /** The status of a new document. */
  readonly initial: S;
  /** The statuses that a new document may have: `initial`, and for some lifecycles another one. */
  readonly starts: readonly S[];
  readonly next: Table<S>;
}

const machine = <S extends string>(
  name: string,
  initial: NoInfer<S>,
  next: Table<S>,
  otherStarts: readonly NoInfer<S>[] = [],
): StateMachine<S> => ({ name, initial, starts: [initial, ...otherStarts], next });

export const cartMachine = machine<CartStatus>("cart", "active", {
  active: ["abandoned", "converted"],
  // To active: the owner returns before there is a new cart. To converted: a late payment.
  abandoned: ["active", "converted"],
  converted: [],
});

export const checkoutMachine = machine<CheckoutStatus>("checkout", "initiated", {
  initiated: ["address_entered", "failed"],
  address_entered: ["payment_pending", "failed"],
  // Back to address_entered: a change of cart, address or shipping method supersedes the payment (docs/decisions/003).
  payment_pending: ["completed", "failed", "address_entered"],
  completed: [],
  // A late payment; only for the reason `expired`, which the writer's guard checks.
  failed: ["completed"],
});

export const orderMachine = machine<OrderStatus>("order", "pending", {
  pending: ["confirmed", "cancelled"],
  confirmed: ["processing", "cancelled"],
  processing: ["shipped", "cancelled"],
  // Cancelled only where an admin asks for it although the parcel is on its way.
  shipped: ["delivered", "returned", "cancelled"],
  delivered: ["returned"],
  cancelled: [],
  returned: [],
});

/** Until its last unit is shipped, an order can be cancelled, and edited while nothing is shipped. */
export const CANCELLABLE: readonly OrderStatus[] = ["pending", "confirmed", "processing"];

export const orderPaymentMachine = machine<PaymentStatus>("order payment", "pending", {
  pending: ["paid", "failed"],
  failed: ["pending", "paid"],
  paid: ["refunded"],
  // The gateway reports that a completed refund has failed after all.
  refunded: ["paid"],
});

export const fulfillmentMachine = machine<FulfillmentStatus>("fulfillment", "unfulfilled", {
  unfulfilled: ["partially_fulfilled", "fulfilled"],
  partially_fulfilled: ["fulfilled"],
  fulfilled: [],
});

export const lineFulfillmentMachine = machine<LineFulfillmentStatus>("line fulfillment", "pending", {
  pending: ["partially_fulfilled", "fulfilled", "returned", "cancelled"],
  partially_fulfilled: ["fulfilled", "returned", "cancelled"],
  fulfilled: ["returned", "cancelled"],
  returned: [],
  cancelled: [],
});

/** As the shipping service reports it; a report may skip steps. A carrier that goes back a step is ignored. */
export const shipmentMachine = machine<ShipmentStatus>(
  "shipment",
  "creating",
  {
    creating: ["created", "refused"],
    created: ["picked_up", "in_transit", "out_for_delivery", "delivered", "returned_to_origin"],
    picked_up: ["in_transit", "out_for_delivery", "delivered", "returned_to_origin"],
    in_transit: ["out_for_delivery", "delivered", "returned_to_origin"],
    out_for_delivery: ["delivered", "returned_to_origin"],
    delivered: [],
    returned_to_origin: [],
    refused: [],
  },
  // Shipped without the shipping service.
  ["created"],
);

/** Online payments. Reports of the gateway move them; the moves of the service itself are in docs/rules/payments.md. */
export const paymentMachine = machine<PaymentGatewayStatus>("payment", "pending", {
  pending: ["authorized", "captured", "failed"],
  // It fails here when it is superseded, never by a report.
  authorized: ["captured", "failed", "refunded"],
  captured: ["refunded"],
  // Late authorisation of the same gateway payment.
  failed: ["authorized", "captured"],
  refunded: [],
});

export const codPaymentMachine = machine<PaymentGatewayStatus>("COD payment", "pending", {
  pending: ["captured", "failed"],
  authorized: [],
  captured: [],
  failed: [],
  refunded: [],
});

/** `pending` waits for a person's approval. A refund that needs none starts as `processing`. */
export const refundMachine = machine<RefundStatus>(
  "refund",
  "pending",
  {
    pending: ["processing", "rejected"],
    processing: ["completed", "failed"],
    failed: ["processing"],
    // The gateway reverses its report; an admin is notified.
    completed: ["failed"],
    rejected: [],
  },
  ["processing"],
);

/** A parcel that comes back undelivered needs no decision: its return starts as `approved`. */
export const returnMachine = machine<ReturnStatus>(
  "return",
  "requested",
  {
    requested: ["approved", "rejected"],
    approved: ["received", "rejected"],
    received: ["completed", "rejected"],
    rejected: [],
    completed: [],
  },
  ["approved"],
);

export const allMachines: readonly StateMachine<string>[] = [
  cartMachine,
  checkoutMachine,
  orderMachine,
  orderPaymentMachine,
  fulfillmentMachine,
  lineFulfillmentMachine,
  shipmentMachine,
  paymentMachine,
  codPaymentMachine,
  refundMachine,
  returnMachine,
];

export function canMove<S extends string>(machine: StateMachine<S>, from: S, to: S): boolean {
  return machine.next[from].includes(to);
}

/** The statuses from which `to` can be reached in one move; the guard of a compare-and-set. */
export function sourcesOf<S extends string>(machine: StateMachine<S>, to: S): S[] {
  return (Object.keys(machine.next) as S[]).filter((from) => canMove(machine, from, to));
}
