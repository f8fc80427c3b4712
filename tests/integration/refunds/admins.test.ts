import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { paise as toPaise } from "../../../utils/money.js";
import { asked, BANK_ACCOUNT, BASKET, done, refused, unknownId, useRefunds } from "./refund-world.js";

/** What administrators start, decide and note. */
const world = useRefunds();
const { shop, order, get, post, stored, orderOf, audits, mails } = world;
const paise = (rupees: number) => Math.round(rupees * 100);
const actionsOf = async (id: string) => (await audits(id)).map(({ action }) => action);

/** A customer's request for all of an order. */
async function requested(buyer = shop().guest(), wanted: Parameters<typeof order>[1] = {}) {
  const made = await order(buyer, wanted);
  const view = await asked(world, made.buyer, { orderNumber: made.order.orderNumber });
  return { ...made, view, id: view.id as string };
}

describe("Approving", () => {
  test("When a request is approved, then the gateway refunds it once, and order, audit, history and mails say so", async () => {
    const { buyer, order: placed, id, view } = await requested();
    const answer = await post(`/${id}/approve`, { notes: "Photo seen" });
    expect(done(answer)).toMatchObject({ status: "processing", approvedById: SEED.admins.admin });
    expect(done(answer)).not.toHaveProperty("split");
    expect(await orderOf(buyer)).toMatchObject({ refundRequested: 0 });
    await shop().settle();

    const file = done(await get(`/${id}`));
    expect(file).toMatchObject({
      status: "completed",
      source: "payment",
      gatewayRefundId: expect.stringMatching(/^rfnd_/),
      attempts: [{ receipt: view.refundNumber, outcome: "completed", error: null }],
      order: {
        orderNumber: placed.orderNumber,
        paymentStatus: "refunded",
        refundedAmount: placed.paidAmount,
      },
      otherRefunds: [],
      ...{ splitFrom: null, attention: false, processedAt: expect.any(String) },
    });
    const [payment] = await buyer.stored.payments();
    const ofPayment = world
      .refundsAtGateway()
      .filter(({ paymentId }) => paymentId === payment?.gatewayPaymentId);
    expect(ofPayment).toMatchObject([{ amount: paise(placed.paidAmount) }]);
    expect(await actionsOf(id)).toEqual(["refund.approve"]);
    const { events } = done(await get(`/${id}/history`));
    expect(events.map(({ kind, to, outcome }: Record<string, string>) => [kind, to ?? outcome])).toEqual([
      ["status", "pending"],
      ["status", "processing"],
      ["attempt", "completed"],
      ["status", "completed"],
    ]);
    expect(events[1]).toMatchObject({ note: "Photo seen", changedByType: "admin" });
    for (const template of ["refund_approved", "refund_completed"]) {
      expect(mails(template, view.refundNumber)).toMatchObject([
        {
          missing: [],
          to: { email: "meera@example.com" },
          data: { orderNumber: placed.orderNumber, amount: placed.paidAmount, customerName: "Meera Nair" },
        },
      ]);
    }
  });

  test("When an admin has started it, then another one has to approve it, in any form, unless it is small enough", async () => {
    const { order: placed } = await order(shop().customer());
    const start = { orderId: placed.id, reason: "defective", destination: "original" };
    const started = await post("", { ...start, amount: 10.5 }, { as: "finance" });
    expect(started.status).toBe(201);
    const { id } = done(started);
    expect(done(started)).toMatchObject({
      amount: 10.5,
      type: "partial",
      items: [],
      initiatedByType: "admin",
    });
    expect(await actionsOf(id)).toEqual(["refund.create"]);
    for (const [path, body] of [
      ["approve", {}],
      ["process", {}],
      ["store-credit", {}],
      ["bank-transfer", BANK_ACCOUNT],
    ] as const)
      refused(await post(`/${id}/${path}`, body, { as: "finance" }), 403, "SAME_APPROVER");
    await shop().set("payments", { refundFourEyesAbove: toPaise(1_050) });
    expect(done(await post(`/${id}/approve`, {}, { as: "finance" })).status).toBe("processing");
    const large = done(await post("", { ...start, amount: 10.51 }, { as: "finance" }));
    refused(await post(`/${large.id}/process`, {}, { as: "finance" }), 403, "SAME_APPROVER");
    expect(done(await post(`/${large.id}/process`)).status).toBe("processing");
    // Who may only start refunds approves none.
    refused(await post(`/${large.id}/approve`, {}, { as: "support" }), 403, "FORBIDDEN");
  });

  test("When it was decided before, then no other decision is possible, and the amount counts once", async () => {
    const { buyer, id } = await requested();
    done(await post(`/${id}/approve`));
    for (const path of ["approve", "process", "store-credit", "retry"])
      refused(await post(`/${id}/${path}`), 400, "INVALID_STATUS_TRANSITION");
    const late = refused(
      await post(`/${id}/reject`, { reason: "Too late" }),
      400,
      "INVALID_STATUS_TRANSITION",
    );
    expect(late).toMatchObject({ to: "rejected", allowed: expect.not.arrayContaining(["rejected"]) });
    await shop().settle();
    const { paidAmount, refundedAmount, refundReserved, refundRequested } = await orderOf(buyer);
    expect([refundedAmount, refundReserved, refundRequested]).toEqual([paidAmount, 0, 0]);
  });

  test("When a processing request has no key, then it is refused; with the same key it is done once", async () => {
    const { id } = await requested();
    for (const [path, body] of [
      ["process", {}],
      ["process-partial", { items: [{ orderItemId: unknownId(), quantity: 1 }] }],
      ["store-credit", {}],
      ["bank-transfer", BANK_ACCOUNT],
    ] as const)
      refused(await post(`/${id}/${path}`, body, { key: null }), 400, "IDEMPOTENCY_KEY_REQUIRED");
    expect((await stored(id)).status).toBe("pending");
    const call = { key: `approve-${id}` };
    const first = done(await post(`/${id}/approve`, {}, call));
    await shop().settle();
    const again = await post(`/${id}/approve`, {}, call);
    expect([again.headers["idempotency-replayed"], done(again)]).toEqual(["true", first]);
    refused(await post(`/${id}/approve`, { notes: "other" }, call), 422, "IDEMPOTENCY_KEY_REUSED");
  });

  test("When it is rejected, then its amount is free again and the customer gets the reason", async () => {
    const { buyer, id, view } = await requested();
    done(await post(`/${id}/reject`, { reason: "It was used" }));
    await shop().settle();
    expect(await orderOf(buyer)).toMatchObject({ refundRequested: 0, refundReserved: 0, refundedAmount: 0 });
    const seen = done(await buyer.get(`/api/refunds/${id}`));
    expect(seen).toMatchObject({
      status: "rejected",
      rejectionReason: "It was used",
      timeline: [{ to: "pending" }, { to: "rejected", note: "It was used" }],
    });
    expect(seen).not.toHaveProperty("split");
    expect(mails("refund_rejected", view.refundNumber)).toMatchObject([
      { missing: [], data: { reason: "It was used", amount: view.amount } },
    ]);
    expect(await actionsOf(id)).toEqual(["refund.reject"]);
    await asked(world, buyer, { orderNumber: view.orderNumber });
  });
});

describe("An order that was paid from several sources", () => {
  test("When its refund is asked for, then the split is shown, approving it carries the split out, and one mail has the sum", async () => {
    const { engagement } = shop().sandbox.control;
    engagement.setCredit(SEED.users.asha, 50);
    engagement.setPoints(SEED.users.asha, 40);
    const buyer = await shop().customer().prepare({ items: BASKET });
    const path = `/api/checkout/${buyer.id}`;
    done(await buyer.post(`${path}/store-credit`, { amount: 50 }));
    done(await buyer.post(`${path}/loyalty`, { points: 40 }));
    const { gateway } = done(await buyer.choose());
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const placed = done(await buyer.order());
    const { storeCredit, loyaltyDiscount, amountDue } = placed.totals;
    const view = await asked(world, buyer, { orderNumber: placed.orderNumber });
    expect(view.split).toEqual([
      { source: "payment", destination: "original", amount: amountDue },
      { source: "store_credit", destination: "store_credit", amount: storeCredit },
      { source: "points", destination: "original", amount: loyaltyDiscount },
    ]);
    done(await post(`/${view.id}/approve`));
    await shop().settle();
    const file = done(await get(`/${view.id}`));
    expect(file).toMatchObject({ status: "completed", source: "payment", amount: amountDue });
    expect(file.otherRefunds).toHaveLength(2);
    for (const { id, source, status } of file.otherRefunds) {
      expect([source, status]).toEqual([expect.stringMatching(/store_credit|points/), "completed"]);
      expect(done(await get(`/${id}`)).splitFrom).toBe(view.id);
    }
    expect(await orderOf(buyer)).toMatchObject({
      ...{ refundedAmount: paise(placed.paidAmount), refundReserved: 0, paymentStatus: "refunded" },
    });
    expect(mails("refund_approved", view.refundNumber)).toMatchObject([
      { data: { amount: placed.paidAmount } },
    ]);
    const listed = done(await buyer.get("/api/refunds")).items;
    expect(
      listed.filter(({ orderNumber }: { orderNumber: string }) => orderNumber === placed.orderNumber),
    ).toHaveLength(3);
  });
});

describe("Starting a refund", () => {
  test("When units, an amount or neither are named, then each is priced, and nothing exceeds what was paid", async () => {
    const { order: placed, lines } = await order(shop().customer("bharat"), { items: BASKET });
    const start = { orderId: placed.id, reason: "damaged", destination: "original" };
    const items = [{ orderItemId: lines[0].id, quantity: 1 }];
    const unit = done(await post("", { ...start, items }));
    const withShipping = done(
      await post("", { ...start, items: [{ orderItemId: lines[1].id, quantity: 1 }], includeShipping: true }),
    );
    expect([unit.shippingAmount, withShipping.shippingAmount > 0]).toEqual([0, true]);
    const amount = done(await post("", { ...start, amount: 0.01 }));
    const over = refused(await post("", { ...start, amount: placed.paidAmount }), 400, "REFUND_EXCEEDS_PAID");
    const rest = done(await post("", start));
    expect(over.left).toBe(rest.amount);
    const sum = [unit, withShipping, amount, rest].reduce((total, one) => total + paise(one.amount), 0);
    expect(sum).toBe(paise(placed.paidAmount));
    refused(await post("", { ...start, orderId: unknownId() }), 404, "ORDER_NOT_FOUND");
  });

  test("When the request is repeated after its answer was lost, then the amount is refunded once", async () => {
    const { order: placed } = await order();
    const body = { orderId: placed.id, reason: "damaged", amount: 10, destination: "original" };
    const key = `refund-${placed.id}`;
    const view = done(await post("", body, { key }));
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await post("", body, { key })).id).toBe(view.id);
    expect(await world.refundsOf(placed.id)).toHaveLength(1);
    expect(await audits(view.id)).toHaveLength(1);
  });

  test("When a body is not valid, then it is refused with its path, and nothing is stored", async () => {
    const { order: placed, lines } = await order(shop().customer("chitra"));
    const item = { orderItemId: lines[0].id, quantity: 1 };
    const other = await order(shop().customer("dev"));
    for (const [body, path] of [
      [{ amount: 10.005 }, "amount"],
      [{ amount: 0 }, "amount"],
      [{ amount: -1 }, "amount"],
      [{ amount: "10" }, "amount"],
      [{ amount: 1e9 }, "amount"],
      [{ amount: 1, items: [item] }, ""],
      [{ items: [item, item] }, "items.1"],
      [{ items: [{ ...item, quantity: 1.5 }] }, "items.0.quantity"],
      [{ items: [{ orderItemId: other.lines[0].id, quantity: 1 }] }, "items.0.orderItemId"],
      [{ includeShipping: true }, ""],
      [{ destination: undefined }, "destination"],
      [{ destination: "cash" }, "destination"],
      [{ reason: "other" }, "notes"],
      [{ ...BANK_ACCOUNT }, "accountHolder"],
      [{ destination: "bank_transfer", ifsc: BANK_ACCOUNT.ifsc }, ""],
    ] as const) {
      const sent = { orderId: placed.id, reason: "damaged", destination: "original", ...body };
      const details = refused(await post("", sent), 400, "VALIDATION_ERROR");
      expect([body, details[0].path]).toEqual([body, path]);
    }
    expect(await world.refundsOf(placed.id)).toEqual([]);
  });
});

describe("Another amount or destination", () => {
  test("When fewer units are processed, then only they are refunded, and the rest is free again", async () => {
    const { buyer, id, view, lines, order: placed } = await requested(shop().customer(), { items: BASKET });
    const items = [{ orderItemId: lines[0].id, quantity: 2 }];
    const tooMany = { items: [{ ...items[0], quantity: 4 }] };
    refused(await post(`/${id}/process-partial`, tooMany), 400, "REFUND_EXCEEDS_PAID");
    const processed = done(await post(`/${id}/process-partial`, { items }));
    expect(processed).toMatchObject({ status: "processing", items: [{ ...items[0] }], shippingAmount: 0 });
    expect(processed.amount).toBeLessThan(view.amount);
    await shop().settle();
    expect(await orderOf(buyer)).toMatchObject({
      ...{ refundedAmount: paise(processed.amount), refundRequested: 0, paymentStatus: "paid" },
    });
    const rest = await asked(world, buyer, { orderNumber: placed.orderNumber });
    expect(paise(rest.amount)).toBe(paise(placed.paidAmount) - paise(processed.amount));
  });

  test("When it goes to store credit, then it is completed at once, and the gateway sees nothing of it", async () => {
    const buyer = shop().customer("esha");
    const { id, view, order: placed } = await requested(buyer);
    const credit = () => shop().sandbox.control.engagement.creditLedger(SEED.users.esha);
    const [issued, refunded] = [credit().length, world.refundsAtGateway().length];
    expect(done(await post(`/${id}/store-credit`))).toMatchObject({
      status: "completed",
      ...{ destination: "store_credit", source: "payment", amount: placed.paidAmount },
    });
    expect([credit().length, world.refundsAtGateway().length]).toEqual([issued + 1, refunded]);
    expect(await actionsOf(id)).toEqual(["refund.store-credit"]);
    await shop().settle();
    expect(credit()).toHaveLength(issued + 1);
    expect(mails("refund_completed", view.refundNumber)).toMatchObject([
      { data: { destination: "store_credit" } },
    ]);
  });

  test("When the store credit service does not answer, then the refund is processing, and completed later, once", async () => {
    const { id } = await requested(shop().customer("esha"));
    shop().sandbox.control.faults.add({ service: "engagement", action: "status", status: 503 });
    expect(done(await post(`/${id}/store-credit`)).status).toBe("processing");
    await shop().recover();
    await shop()
      .db.collection("outboxMessages")
      .updateMany({}, { $set: { dueAt: new Date(0) } });
    await shop().settle();
    expect(done(await get(`/${id}`)).status).toBe("completed");
  });

  test("When a guest is to get store credit, then it is refused, and the refund waits for another decision", async () => {
    const { id } = await requested();
    expect(refused(await post(`/${id}/store-credit`), 400, "NOT_REFUNDABLE")).toEqual({
      reason: "no_account",
    });
    expect((await stored(id)).status).toBe("pending");
  });
});

describe("A bank transfer", () => {
  /** Cash on delivery that was settled by hand. */
  async function paidInCash() {
    const made = await order(shop().guest(), { method: "cod" });
    const [payment] = await made.buyer.stored.payments();
    const path = `/api/admin/payments/${payment?._id.toHexString()}/record-receipt`;
    const body = {
      amount: made.order.totals.amountDue,
      reference: made.order.orderNumber,
      receivedAt: "2026-11-01",
    };
    done(await shop().call("post", path, { as: { token: shop().sandbox.tokens.admin }, body }));
    return made;
  }

  test("When cash is refunded, then it waits for the account, and its UTR completes it once", async () => {
    const { buyer, order: placed } = await paidInCash();
    const view = await asked(world, buyer, { orderNumber: placed.orderNumber });
    const path = `/${view.id}/bank-transfer`;
    expect(view.split).toMatchObject([{ source: "payment", destination: "bank_transfer" }]);
    refused(await post(path), 400, "BANK_ACCOUNT_REQUIRED");
    done(await post(`/${view.id}/approve`));
    const utr = "n 1234 5678 9012 345";
    refused(await post(`${path}/confirm`, { utr }), 400, "BANK_ACCOUNT_REQUIRED");
    await shop().settle();
    expect(mails("refund_approved", view.refundNumber)).toMatchObject([
      { data: { bankAccountNeeded: true } },
    ]);
    const account = `/api/refunds/${view.id}/bank-account`;
    done(await shop().call("put", account, { as: buyer.as, body: BANK_ACCOUNT }));
    const confirmed = done(await post(`${path}/confirm`, { utr }));
    expect(confirmed).toMatchObject({ status: "completed", utr: "N123456789012345" });
    expect(confirmed.bankAccount).toEqual({
      accountHolder: "Meera Nair",
      last4: "6372",
      ifsc: "HDFC0001234",
    });
    expect(done(await post(`${path}/confirm`, { utr })).status).toBe("completed");
    refused(await post(`${path}/confirm`, { utr: "N999999999999999" }), 400, "INVALID_STATUS_TRANSITION");
    expect(await orderOf(buyer)).toMatchObject({ paymentStatus: "refunded", refundReserved: 0 });
    const confirmations = (await actionsOf(view.id)).filter((action) => action === "refund.confirm-transfer");
    expect(confirmations).toHaveLength(1);

    const other = await paidInCash();
    const start = {
      orderId: other.order.id,
      reason: "damaged",
      destination: "bank_transfer",
      ...BANK_ACCOUNT,
    };
    const second = done(await post("", start, { as: "support" }));
    expect(second.bankAccount).toMatchObject({ last4: "6372" });
    expect(done(await post(`/${second.id}/bank-transfer`))).toMatchObject({ status: "processing" });
    const taken = refused(
      await post(`/${second.id}/bank-transfer/confirm`, { utr }),
      400,
      "VALIDATION_ERROR",
    );
    expect(taken).toMatchObject([{ in: "body", path: "utr" }]);
    for (const bad of ["", "12345", "UTR_100001", "-100001", "N".repeat(41)])
      refused(await post(`/${second.id}/bank-transfer/confirm`, { utr: bad }), 400, "VALIDATION_ERROR");
  });
});

describe("A failed refund", () => {
  test("When the gateway refuses, then it is parked with its reason, an admin is told, and a retry completes it", async () => {
    const { buyer, id, view } = await requested();
    shop().sandbox.control.razorpay.configure({ balance: 0 });
    done(await post(`/${id}/approve`));
    await shop().settle();
    const failed = done(await get(`/${id}`));
    expect(failed).toMatchObject({
      ...{ status: "failed", attention: true, failureReason: expect.any(String) },
      attempts: [{ outcome: "refused" }],
    });
    expect(done(await get("?attention=true")).items.map((item: { id: string }) => item.id)).toContain(id);
    expect(mails("refund_attention_admin", view.refundNumber)).toMatchObject([
      { missing: [], to: { userId: "admin" }, data: { reason: failed.failureReason } },
    ]);
    expect(await orderOf(buyer)).toMatchObject({ refundReserved: 0, refundedAmount: 0 });
    shop().sandbox.control.razorpay.configure({ balance: null });
    expect(done(await post(`/${id}/retry`))).toMatchObject({ status: "processing", attention: false });
    await shop().settle();
    const completed = done(await get(`/${id}`));
    expect(completed).toMatchObject({
      status: "completed",
      attempts: [
        { receipt: view.refundNumber, outcome: "refused" },
        { receipt: `${view.refundNumber}-2`, outcome: "completed" },
      ],
    });
    const kinds = done(await get(`/${id}/history`)).events.map(({ kind }: { kind: string }) => kind);
    expect(kinds.filter((kind: string) => kind === "attempt")).toHaveLength(2);
    expect(await actionsOf(id)).toEqual(["refund.approve", "refund.retry"]);
  });

  test("When its units were refunded in another way meanwhile, then neither a retry nor another destination pays for them again", async () => {
    const { buyer, order: placed, lines } = await order(shop().customer("esha"), { items: BASKET });
    const items = [{ orderItemId: lines[1].id, quantity: 1 }];
    const ask = () => asked(world, buyer, { orderNumber: placed.orderNumber, items });
    const first = await ask();
    shop().sandbox.control.razorpay.configure({ balance: 0 });
    done(await post(`/${first.id}/approve`));
    await shop().settle();
    shop().sandbox.control.razorpay.configure({ balance: null });
    expect((await stored(first.id)).status).toBe("failed");
    const second = await ask();
    done(await post(`/${second.id}/approve`));
    await shop().settle();
    for (const [path, body] of [
      ["retry", {}],
      ["process", {}],
      ["process-partial", { items }],
      ["store-credit", {}],
      ["bank-transfer", BANK_ACCOUNT],
    ] as const)
      refused(await post(`/${first.id}/${path}`, body), 400, "REFUND_EXCEEDS_PAID");
    expect(await orderOf(buyer)).toMatchObject({
      ...{ refundedAmount: paise(second.amount), refundReserved: 0 },
    });
  });
});

describe("Lists and notes", () => {
  test("When a note is added, then it is kept with its author and audited; customers' numbers stay out of it", async () => {
    const { id } = await requested();
    const call = { as: "support" as const, key: `note-${id}` };
    const body = { note: "Called the customer about card 4111 1111 1111 1111" };
    const noted = done(await post(`/${id}/notes`, body, call));
    done(await post(`/${id}/notes`, body, call));
    // As after a crash, before the answer was kept.
    await shop().db.collection("idempotencyRecords").deleteMany({});
    done(await post(`/${id}/notes`, body, call));
    expect(noted.adminNotes).toMatchObject([
      { by: SEED.admins.support, note: expect.stringMatching(/\*1111$/) },
    ]);
    expect((await stored(id)).adminNotes).toHaveLength(1);
    expect(await audits(id)).toMatchObject([
      { action: "refund.note", actorId: SEED.admins.support, after: { note: noted.adminNotes[0].note } },
    ]);
    refused(await post(`/${unknownId()}/notes`, { note: "x" }), 404, "REFUND_NOT_FOUND");
    refused(await post(`/${id}/notes`, { note: "  " }), 400, "VALIDATION_ERROR");
    refused(await post(`/${id}/notes`, { note: "x" }, { as: "viewer" }), 403, "FORBIDDEN");
  });

  test("When filters are combined, then the list is what they say, newest first", async () => {
    const made = [await requested(), await requested(shop().customer()), await requested()];
    const [first, second, third] = made.map(({ id }) => id);
    done(await post(`/${second}/store-credit`));
    done(await post(`/${third}/reject`, { reason: "No photo" }));
    const ids = async (query: string) =>
      done(await get(`?${query}`))
        .items.map(({ id }: { id: string }) => id)
        .filter((id: string) => [first, second, third].includes(id));
    expect(await ids("limit=100")).toEqual([third, second, first]);
    expect(await ids("sortOrder=asc&limit=100")).toEqual([first, second, third]);
    expect(await ids("status=pending&limit=100")).toEqual([first]);
    expect(await ids("destination=store_credit")).toEqual([second]);
    expect(await ids("destination=original&limit=100")).toEqual([third, first]);
    expect(await ids("destination=original&status=rejected")).toEqual([third]);
    expect(await ids("attention=true")).toEqual([]);
    expect(await ids("attention=false&limit=100")).toEqual([third, second, first]);
    expect(await ids(`orderNumber=${made[1]?.order.orderNumber}`)).toEqual([second]);
    expect(await ids(`orderNumber=${made[1]?.order.orderNumber}&status=pending`)).toEqual([]);
    expect(await ids(`refundNumber=${made[0]?.view.refundNumber}`)).toEqual([first]);
    expect(await ids("orderNumber=ORD-2020-999999")).toEqual([]);
    refused(await get(`/${unknownId()}`), 404, "REFUND_NOT_FOUND");
    refused(await get(`/${unknownId()}/history`), 404, "REFUND_NOT_FOUND");
    refused(await get("?sortBy=amount"), 400, "VALIDATION_ERROR");
  });
});
