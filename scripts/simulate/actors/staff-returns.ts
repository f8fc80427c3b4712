import { listAt, numberAt, textAt } from "../../support/json.js";
import { type Clerk, pickFrom } from "./clerk.js";
import { type Operation, toId } from "./visit.js";

/** What staff and the warehouse do about returns. */

const withReturn =
  (status: string, act: (clerk: Clerk, id: string, found: unknown) => Promise<unknown>) =>
  async (clerk: Clerk): Promise<void> => {
    const found = await pickFrom(clerk, `returns?status=${status}`);
    if (found) await act(clerk, textAt(found, "id"), found);
  };

function noteMove({ sim }: Clerk, id: string, to: string): void {
  sim.acknowledgements.add({
    what: `return ${id} is ${to}`,
    collection: "returns",
    filter: { _id: toId(id), "history.to": to },
    ids: [id],
  });
}

const approve = withReturn("requested", async (clerk, id) => {
  const path = `/api/admin/returns/${id}/approve`;
  if (await clerk.caller.do("approve return", { method: "POST", path, body: {} }))
    noteMove(clerk, id, "approved");
});

const reject = withReturn("requested", async (clerk, id) => {
  const body = { reason: "It was used" };
  const path = `/api/admin/returns/${id}/reject`;
  if (await clerk.caller.do("reject return", { method: "POST", path, body })) noteMove(clerk, id, "rejected");
});

const schedulePickup = withReturn("approved", (clerk, id) =>
  clerk.caller.call("schedule pickup", {
    ...{ method: "POST", path: `/api/admin/returns/${id}/schedule-pickup`, body: {} },
  }),
);

const receive = withReturn("approved", async (clerk, id) => {
  const path = `/api/admin/returns/${id}/received`;
  if (await clerk.caller.do("receive return", { method: "PUT", path })) noteMove(clerk, id, "received");
});

const inspect = withReturn("received", async ({ caller, random, sim }, id, found) => {
  const items = listAt(found, "items").map((item) => {
    const quantityReceived = numberAt(item, "quantity");
    const quantityPassed = random.chance(0.8) ? quantityReceived : random.between(0, quantityReceived);
    const quantityRestockable = random.between(0, quantityPassed);
    return {
      orderItemId: textAt(item, "orderItemId"),
      quantityReceived,
      quantityPassed,
      quantityRestockable,
    };
  });
  const path = `/api/admin/returns/${id}/inspect`;
  if (!(await caller.do("inspect return", { method: "POST", path, body: { items } }))) return;
  sim.acknowledgements.add({
    what: `return ${id} is inspected`,
    collection: "returns",
    filter: { _id: toId(id), inspection: { $ne: null } },
    ids: [id],
  });
});

const refund = withReturn("received", async (clerk, id) => {
  const destination = clerk.random.chance(0.5) ? "store_credit" : undefined;
  const body = destination ? { destination } : {};
  const path = `/api/admin/returns/${id}/refund`;
  if (await clerk.caller.do("refund return", { method: "POST", path, body }))
    noteMove(clerk, id, "completed");
});

export const RETURN_WORK: readonly Operation<Clerk>[] = [
  { name: "approve return", weight: 10, run: approve },
  { name: "reject return", weight: 2, run: reject },
  { name: "schedule pickup", weight: 3, run: schedulePickup },
  { name: "receive return", weight: 9, run: receive },
  { name: "inspect return", weight: 9, run: inspect },
  { name: "refund return", weight: 9, run: refund },
];
