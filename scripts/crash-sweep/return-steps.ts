import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, numberAt, textAt } from "../support/json.js";
import { orderOf } from "./refund-steps.js";
import { deliver, type Step, step } from "./steps.js";
import type { Visit } from "./visit.js";

/** What customer and staff do about a return. Every step can be repeated, as a client without an answer does. */
const byAdmin = (visit: Visit, call: Parameters<Visit["call"]>[0]): Promise<unknown> =>
  visit.call({ ...call, token: visit.world.sandbox.tokens.admin });

/** Repeating a status that the order has already changes nothing. */
export const delivers = step("deliver", async (visit) => {
  const path = `/api/admin/orders/${textAt(await orderOf(visit), "id")}/status`;
  for (const status of ["processing", "shipped", "delivered"])
    await byAdmin(visit, { method: "PUT", path, body: { status } });
});

/** Units of the line that a journey buys; the order has one more, which a repetition could ask for. */
const request = (name: string, quantity: number): Step =>
  step(name, async (visit) => {
    const order = await orderOf(visit);
    const line = listAt(order, "items").find((item) => at(item, "variantId") === SEED.variants.serum);
    const items = [{ orderItemId: textAt(line, "id"), quantity, reason: "not_satisfied" }];
    const body = { orderNumber: textAt(order, "orderNumber"), items, reason: "not_satisfied" };
    visit.returnId = textAt(await visit.call({ method: "POST", path: "/api/returns", body }), "id");
  });
export const requestOne = request("request-one", 1);
export const requestAgain = request("request-again", 1);
export const requestBoth = request("request-both", 2);

interface Decision {
  body?: object;
  /** Once it is decided, a repetition is refused. */
  refusedWith: readonly string[];
}

const decide = (name: string, verb: string, { body = {}, refusedWith }: Decision): Step =>
  step(name, async (visit) => {
    const path = `/api/admin/returns/${visit.returnId}/${verb}`;
    await byAdmin(visit, { method: "POST", path, body, refusedWith });
  });

const MOVED = ["INVALID_STATUS_TRANSITION"];

export const approveReturn = decide("approve-return", "approve", { refusedWith: MOVED });
export const rejectReturn = decide("reject-return", "reject", {
  ...{ body: { reason: "It was used" }, refusedWith: MOVED },
});
export const schedulePickup = decide("schedule-pickup", "schedule-pickup", {
  refusedWith: ["PICKUP_NOT_POSSIBLE"],
});
/** A repetition answers with the completed return. */
export const refundReturn = decide("refund-return", "refund", { refusedWith: [] });
export const receiveReturn = step("receive-return", async (visit) => {
  await byAdmin(visit, { method: "PUT", path: `/api/admin/returns/${visit.returnId}/received` });
});

/** @param mostPassed of each line */
const inspect = (name: string, mostPassed: number): Step =>
  step(name, async (visit) => {
    const path = `/api/admin/returns/${visit.returnId}`;
    const asked = listAt(await byAdmin(visit, { method: "GET", path }), "items");
    const items = asked.map((item) => {
      const quantityReceived = numberAt(item, "quantity");
      const quantityPassed = Math.min(mostPassed, quantityReceived);
      const quantities = { quantityReceived, quantityPassed, quantityRestockable: quantityPassed };
      return { orderItemId: textAt(item, "orderItemId"), ...quantities };
    });
    const refusedWith = ["RETURN_INSPECTED", ...MOVED];
    await byAdmin(visit, { method: "POST", path: `${path}/inspect`, body: { items }, refusedWith });
  });
/** One of two units passes, of a line of one unit that one. */
export const inspectReturn = inspect("inspect-return", 1);
export const failInspection = inspect("fail-inspection", 0);

/** The return that a parcel opened which came back undelivered. */
export const findReturn = step("find-return", async (visit) => {
  const list = await byAdmin(visit, { method: "GET", path: "/api/admin/returns" });
  visit.returnId = textAt(listAt(list, "items")[0], "id");
});

/** The days are over in which a parcel has to arrive; only then does the job act. */
export const expireReturn = step("expire-return", async (visit) => {
  const returns = visit.world.db.collection("returns");
  const longAgo = { approvedAt: new Date(0) };
  await returns.updateMany({ status: "approved" }, { $set: longAgo });
  await visit.job("return-expiry");
  // The number of a return has the year of its approval.
  await returns.updateMany(longAgo, { $set: { approvedAt: new Date() } });
});

/** Mails about the request, the decision, the pickup and the inspection. */
export const announceReturn = deliver("announce-return");
export const announceDecision = deliver("announce-decision");
export const announceInspection = deliver("announce-inspection");
/** The refund, and the unit that goes back to stock. */
export const performReturn = deliver("perform-return");
