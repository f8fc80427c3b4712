import {
  allMachines,
  canMove,
  cartMachine,
  checkoutMachine,
  codPaymentMachine,
  fulfillmentMachine,
  lineFulfillmentMachine,
  orderMachine,
  orderPaymentMachine,
  paymentMachine,
  refundMachine,
  returnMachine,
  type StateMachine,
  shipmentMachine,
  sourcesOf,
} from "../../utils/state-machines.js";

/**
 * The lifecycles, repeated here on purpose: whatever is not in
 * these lines is refused, and every pair of statuses is tried.
 */
interface Lifecycle {
  machine: StateMachine<string>;
  initial: string;
  /** Other statuses of a new document. */
  alsoStarts?: string[];
  moves: string[];
  /** Statuses of the list that this lifecycle does not use. */
  unused?: string[];
}

const LIFECYCLES: Lifecycle[] = [
  {
    machine: cartMachine,
    initial: "active",
    moves: ["active → abandoned", "active → converted", "abandoned → active", "abandoned → converted"],
  },
  {
    machine: checkoutMachine,
    initial: "initiated",
    moves: [
      "initiated → address_entered",
      "initiated → failed",
      "address_entered → payment_pending",
      "address_entered → failed",
      "payment_pending → completed",
      "payment_pending → failed",
      "payment_pending → address_entered",
      "failed → completed",
    ],
  },
  {
    machine: orderMachine,
    initial: "pending",
    moves: [
      "pending → confirmed",
      "confirmed → processing",
      "processing → shipped",
      "shipped → delivered",
      "delivered → returned",
      "pending → cancelled",
      "confirmed → cancelled",
      "processing → cancelled",
      "shipped → cancelled",
      "shipped → returned",
    ],
  },
  {
    machine: orderPaymentMachine,
    initial: "pending",
    moves: [
      "pending → paid",
      "pending → failed",
      "failed → pending",
      "failed → paid",
      "paid → refunded",
      "refunded → paid",
    ],
  },
  {
    machine: fulfillmentMachine,
    initial: "unfulfilled",
    moves: [
      "unfulfilled → partially_fulfilled",
      "unfulfilled → fulfilled",
      "partially_fulfilled → fulfilled",
    ],
  },
  {
    machine: lineFulfillmentMachine,
    initial: "pending",
    moves: [
      "pending → partially_fulfilled",
      "pending → fulfilled",
      "pending → returned",
      "pending → cancelled",
      "partially_fulfilled → fulfilled",
      "partially_fulfilled → returned",
      "partially_fulfilled → cancelled",
      "fulfilled → returned",
      "fulfilled → cancelled",
    ],
  },
  {
    machine: shipmentMachine,
    initial: "creating",
    alsoStarts: ["created"],
    moves: [
      "creating → created",
      "creating → refused",
      "created → picked_up",
      "created → in_transit",
      "created → out_for_delivery",
      "created → delivered",
      "created → returned_to_origin",
      "picked_up → in_transit",
      "picked_up → out_for_delivery",
      "picked_up → delivered",
      "picked_up → returned_to_origin",
      "in_transit → out_for_delivery",
      "in_transit → delivered",
      "in_transit → returned_to_origin",
      "out_for_delivery → delivered",
      "out_for_delivery → returned_to_origin",
    ],
  },
  {
    machine: paymentMachine,
    initial: "pending",
    moves: [
      "pending → authorized",
      "pending → captured",
      "pending → failed",
      "authorized → captured",
      "authorized → failed",
      "authorized → refunded",
      "captured → refunded",
      "failed → authorized",
      "failed → captured",
    ],
  },
  {
    machine: codPaymentMachine,
    initial: "pending",
    moves: ["pending → captured", "pending → failed"],
    unused: ["authorized", "refunded"],
  },
  {
    machine: refundMachine,
    initial: "pending",
    alsoStarts: ["processing"],
    moves: [
      "pending → processing",
      "pending → rejected",
      "processing → completed",
      "processing → failed",
      "failed → processing",
      "completed → failed",
    ],
  },
  {
    machine: returnMachine,
    initial: "requested",
    alsoStarts: ["approved"],
    moves: [
      "requested → approved",
      "requested → rejected",
      "approved → received",
      "approved → rejected",
      "received → completed",
      "received → rejected",
    ],
  },
];

const pairsOf = (machine: StateMachine<string>): [string, string][] => {
  const statuses = Object.keys(machine.next);
  return statuses.flatMap((from) => statuses.map((to): [string, string] => [from, to]));
};

function reachableFrom(machine: StateMachine<string>): Set<string> {
  const reached = new Set([machine.initial]);
  for (const status of reached) for (const next of machine.next[status] ?? []) reached.add(next);
  return reached;
}

describe("The lifecycles", () => {
  it("are all told here", () => {
    expect(LIFECYCLES.map(({ machine }) => machine.name)).toEqual(allMachines.map(({ name }) => name));
  });

  describe.each(LIFECYCLES.map((lifecycle) => [lifecycle.machine.name, lifecycle] as const))(
    "%s",
    (_name, { machine, initial, alsoStarts = [], moves, unused = [] }) => {
      it("begins where the domain says", () => {
        expect(machine.initial).toBe(initial);
        expect(machine.starts).toEqual([initial, ...alsoStarts]);
      });

      it.each(pairsOf(machine))("When %s is to become %s, then only the table decides", (from, to) => {
        const legal = moves.includes(`${from} → ${to}`);
        expect(canMove(machine, from, to)).toBe(legal);
        expect(sourcesOf(machine, to).includes(from)).toBe(legal);
      });

      it("names no status that it has no row for", () => {
        const targets = Object.values(machine.next).flat();
        expect(targets.filter((target) => !(target in machine.next))).toEqual([]);
      });

      it("reaches every status it uses", () => {
        const reached = reachableFrom(machine);
        const unreached = Object.keys(machine.next).filter((status) => !reached.has(status));
        expect(unreached).toEqual(unused);
      });
    },
  );
});
