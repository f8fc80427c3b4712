import { done, refused, unknownId, useReturns } from "./return-world.js";

/** What administrators decide before the goods arrive: approval, rejection, pickup. */
const world = useReturns();
const { shop, deliver, requested, step, stored, orderOf, mails, audits } = world;

afterEach(() => shop().recover());

/** What the job that rejects overdue returns reports. */
async function expire() {
  const { runJobNow } = await import("../../../services/platform/job-registry.service.js");
  return (await runJobNow("return-expiry")).result;
}

const RMA = /^RET-\d{4}-\d{6}$/;

describe("Approving and rejecting", () => {
  test("When a return is approved, then it has its number, an audit row and a mail; a repeat is refused", async () => {
    const sale = await deliver();
    const { id } = await requested(sale, [0, 1]);
    const approved = done(await step(id, "approve", { notes: "Known batch" }));
    expect(approved).toMatchObject({
      ...{ status: "approved", returnNumber: expect.stringMatching(RMA) },
      ...{ approvedAt: expect.any(String), approvedById: expect.any(String) },
      timeline: [{ to: "requested" }, { from: "requested", to: "approved", note: "Known batch" }],
    });
    expect(await audits(id)).toMatchObject([
      {
        action: "return.approve",
        before: { status: "requested" },
        after: { status: "approved", returnNumber: approved.returnNumber },
      },
    ]);
    const customers = done(await sale.buyer.get(`/api/returns/${id}`));
    expect(customers.returnNumber).toBe(approved.returnNumber);
    expect(JSON.stringify(customers)).not.toContain("Known batch");
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    expect(mails("return_approved", orderNumber)).toMatchObject([
      { missing: [], data: { returnNumber: approved.returnNumber } },
    ]);
    expect(refused(await step(id, "approve"), 400, "INVALID_STATUS_TRANSITION")).toMatchObject({
      ...{ from: "approved", to: "approved", allowed: ["received", "rejected"] },
    });
  });

  test("When two admins approve at once, then one number is given", async () => {
    const sale = await deliver();
    const { id } = await requested(sale, [0, 1]);
    const answers = await Promise.all([step(id, "approve"), step(id, "approve"), step(id, "approve")]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 200))
      refused(answer, 400, "INVALID_STATUS_TRANSITION");
    expect((await stored(id)).history).toHaveLength(2);
  });

  test("When the parcel of an approved return never arrives, then an admin, or the job after its days, rejects it", async () => {
    const sale = await deliver();
    const first = await requested(sale, [0, 1]);
    done(await step(first.id, "approve"));
    expect(done(await step(first.id, "reject", { reason: "The parcel was lost" }))).toMatchObject({
      ...{ status: "rejected", rejectionReason: "The parcel was lost" },
    });
    const second = await requested(sale, [0, 1]);
    done(await step(second.id, "approve"));
    await shop().set("returns", { returnParcelDays: 2 });
    const approvedAt = (days: number) => ({
      $set: { approvedAt: new Date(Date.now() - days * 86_400_000 - 1_000) },
    });
    const { _id } = await stored(second.id);
    const returns = shop().db.collection("returns");
    await returns.updateOne({ _id }, approvedAt(1));
    expect(await expire()).toEqual({ rejected: 0, failed: 0 });
    await returns.updateOne({ _id }, approvedAt(2));
    // A parcel that came back undelivered has no customer who could ask again: it stays open.
    await returns.updateOne({ _id }, { $set: { isReturnToOrigin: true } });
    expect(await expire()).toEqual({ rejected: 0, failed: 0 });
    await returns.updateOne({ _id }, { $set: { isReturnToOrigin: false } });
    expect(await expire()).toEqual({ rejected: 1, failed: 0 });
    expect(await stored(second.id)).toMatchObject({
      ...{ status: "rejected", rejectionReason: "The parcel did not arrive" },
    });
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 0 });
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    expect(mails("return_rejected", orderNumber)).toHaveLength(2);
  });

  test.each([
    ["approve", {}],
    ["reject", { reason: "No reason" }],
    ["schedule-pickup", {}],
    ["received", {}],
    ["inspect", { items: [{ orderItemId: unknownId(), ...inspected(0) }] }],
    ["refund", {}],
    ["notes", { note: "Who?" }],
  ])("When no return has the id, then %s finds none", async (name, body) => {
    refused(await step(unknownId(), name, body), 404, "RETURN_NOT_FOUND");
  });
});

function inspected(quantity: number) {
  return { quantityReceived: quantity, quantityPassed: quantity, quantityRestockable: quantity };
}

describe("Pickups", () => {
  test("When one is scheduled, then the carrier has it once, and the customer sees it and gets a mail", async () => {
    const sale = await deliver();
    const { id } = await requested(sale, [0, 1]);
    refused(await step(id, "schedule-pickup"), 400, "INVALID_STATUS_TRANSITION");
    done(await step(id, "approve"));
    const wish = { pickupDate: "2027-01-15", slot: "09:00-12:00" };
    const scheduled = done(await step(id, "schedule-pickup", wish));
    expect(scheduled.pickup).toMatchObject({
      ...{ pickupId: expect.any(String), carrier: expect.any(String), trackingNumber: expect.any(String) },
      ...{ slot: "09:00-12:00", date: expect.stringContaining("2027-01-15") },
    });
    expect(done(await sale.buyer.get(`/api/returns/${id}`)).pickup).toEqual(scheduled.pickup);
    expect(refused(await step(id, "schedule-pickup"), 400, "PICKUP_NOT_POSSIBLE")).toEqual({
      reason: "scheduled",
    });
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    expect(mails("return_pickup_scheduled", orderNumber)).toMatchObject([
      { missing: [], data: { slot: "09:00-12:00" } },
    ]);
    expect((await audits(id)).map(({ action }) => action)).toEqual([
      "return.approve",
      "return.schedule-pickup",
    ]);
  });

  test("When the carrier does not answer in time, then nothing is stored, and a repeat finds the same pickup", async () => {
    const sale = await deliver();
    const { id } = await requested(sale, [0, 1]);
    done(await step(id, "approve"));
    shop().sandbox.control.faults.add({
      service: "shipping",
      match: "POST /api/shipments/return-pickup",
      ...{ action: "status", status: 500, after: true, times: 2 },
    });
    const answer = await step(id, "schedule-pickup");
    expect([502, 503, 504]).toContain(answer.status);
    expect(await stored(id)).toMatchObject({ status: "approved", pickup: null });
    await shop().recover();
    const first = done(await step(id, "schedule-pickup"));
    const pickups = shop().sandbox.control.shipping.pickups();
    expect(pickups.filter(({ returnId }) => returnId === id)).toMatchObject([
      { pickupId: first.pickup.pickupId },
    ]);
  });
});
