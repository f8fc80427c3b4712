import {
  canMove,
  codPaymentMachine,
  fulfillmentMachine,
  orderMachine,
  orderPaymentMachine,
  paymentMachine,
  refundMachine,
  returnMachine,
  type StateMachine,
} from "../../utils/state-machines.js";
import { isCashPayment } from "./facts.js";
import { type Check, type Finding, finding, groupBy } from "./invariants.js";

interface Edge {
  from: string | null;
  to: string;
  by: unknown;
}

interface Chain<S extends string> {
  machine: StateMachine<S>;
  edges: readonly Edge[];
  current: string;
  ids: readonly unknown[];
}

const isStatusOf = <S extends string>(machine: StateMachine<S>, status: string): status is S =>
  Object.hasOwn(machine.next, status);

function isLegal<S extends string>(machine: StateMachine<S>, { from, to }: Edge): boolean {
  if (from === null) return machine.starts.some((start) => start === to);
  return isStatusOf(machine, from) && isStatusOf(machine, to) && canMove(machine, from, to);
}

/** The chain starts at the initial status and ends at the current one; each move is legal and names its actor. */
function chainProblems<S extends string>({ machine, edges, current, ids }: Chain<S>): Finding[] {
  const chain = edges.map(({ from, to }) => `${from ?? "·"}→${to}`).join(" ");
  const report = (problem: string) => finding(`${machine.name}: ${problem} (${chain})`, ...ids);
  const problems: Finding[] = [];
  if (edges[0]?.from !== null) problems.push(report("does not start at the initial status"));
  if (edges.some((edge, index) => index > 0 && edge.from !== edges[index - 1]?.to))
    problems.push(report("has a gap"));
  if (edges.at(-1)?.to !== current) problems.push(report(`does not end at ${current}`));
  if (edges.some((edge) => !isLegal(machine, edge))) problems.push(report("has an illegal move"));
  if (edges.some(({ by }) => !by)) problems.push(report("has a move without an actor"));
  return problems;
}

/** The three statuses of an order, whose history is a collection of its own. */
const orderHistories: Check = ({ orders, histories }) => {
  const rowsOf = groupBy(histories, ({ orderId }) => orderId);
  return orders.flatMap((order) => {
    const rows = [...(rowsOf.get(order._id.toHexString()) ?? [])].sort(
      (a, b) =>
        a.createdAt.getTime() - b.createdAt.getTime() || a._id.toString().localeCompare(b._id.toString()),
    );
    const edgesOf = (type: string): Edge[] =>
      rows
        .filter(({ statusType }) => statusType === type)
        .map(({ fromStatus, toStatus, changedByType }) => ({
          from: fromStatus,
          to: toStatus,
          by: changedByType,
        }));
    const ids = [order._id, order.orderNumber];
    return [
      ...chainProblems({ machine: orderMachine, edges: edgesOf("order"), current: order.status, ids }),
      ...chainProblems({
        machine: orderPaymentMachine,
        edges: edgesOf("payment"),
        current: order.paymentStatus,
        ids,
      }),
      ...chainProblems({
        machine: fulfillmentMachine,
        edges: edgesOf("fulfillment"),
        current: order.fulfillmentStatus,
        ids,
      }),
    ];
  });
};

/** Payments, refunds and returns, which embed their history. */
const embeddedHistories: Check = ({ payments, refunds, returns }) => [
  ...payments.flatMap((payment) =>
    chainProblems({
      machine: isCashPayment(payment) ? codPaymentMachine : paymentMachine,
      edges: payment.statusHistory,
      current: payment.status,
      ids: [payment._id],
    }),
  ),
  ...refunds.flatMap((refund) =>
    chainProblems({
      machine: refundMachine,
      edges: refund.history,
      current: refund.status,
      ids: [refund._id, refund.refundNumber],
    }),
  ),
  ...returns.flatMap(({ _id, returnNumber, history, status }) =>
    chainProblems({ machine: returnMachine, edges: history, current: status, ids: [_id, returnNumber] }),
  ),
];

export const histories: Check = (facts) => [...orderHistories(facts), ...embeddedHistories(facts)];
