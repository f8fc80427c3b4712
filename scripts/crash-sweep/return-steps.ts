import { SEED } from "../sandbox/seed/index.js";
import { at, listAt, textAt } from "../support/json.js";
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

const inspect = (name: string, quantityPassed: number): Step =>
  step(name, async (visit) => {
    const path = `/api/admin/returns/${visit.returnId}`;
    const [item] = listAt(await byAdmin(visit, { method: "GET", path }), "items");
    const quantityReceived = Number(at(item, "quantity"));
    const quantities = { quantityReceived, quantityPassed, quantityRestockable: quantityPassed };
    const items = [{ orderItemId: textAt(item, "orderItemId"), ...quantities }];
    const refusedWith = ["RETURN_INSPECTED", ...MOVED];
    await byAdmin(visit, { method: "POST", path: `${path}/inspect`, body: { items }, refusedWith });
  });
/** One of two units passes. */
export const inspectReturn = inspect("inspect-return", 1);
export const failInspection = inspect("fail-inspection", 0);

/** Mails about the request, the decision, the pickup and the inspection. */
export const announceReturn = deliver("announce-return");
export const announceDecision = deliver("announce-decision");
export const announceInspection = deliver("announce-inspection");
/** The refund, and the unit that goes back to stock. */
export const performReturn = deliver("perform-return");
