import { asked, BANK_ACCOUNT, BASKET, done, refused, unknownId, useRefunds } from "./refund-world.js";

/** What customers ask for, and what they see of it. */
const world = useRefunds();
const { shop, order, ask, post, stored, orderOf, mails } = world;

describe("Reasons", () => {
  test("When anyone asks for them, then there are seven, and those at which the seller is at fault are marked", async () => {
    const reasons = done(await shop().call("get", "/api/refunds/reasons"));
    expect(reasons).toHaveLength(7);
    const codes = (atFault: boolean) =>
      reasons
        .filter(({ sellerAtFault }: { sellerAtFault: boolean }) => sellerAtFault === atFault)
        .map(({ code }: { code: string }) => code);
    expect(codes(true)).toEqual(["damaged", "defective", "wrong_item", "not_as_described", "missing_parts"]);
    expect(codes(false)).toEqual(["not_satisfied", "other"]);
    for (const { label } of reasons) expect(label).toMatch(/^[A-Z]/);
  });
});

describe("Asking for a refund", () => {
  test("When all of an order is asked for, then it waits for approval, counts on the order, and an admin gets a mail", async () => {
    const { buyer, order: placed } = await order();
    const answer = await ask(buyer, { orderNumber: placed.orderNumber, reason: "other", notes: "Too late" });
    expect(answer.status).toBe(201);
    const view = done(answer);
    expect(view).toMatchObject({
      refundNumber: expect.stringMatching(/^REF-\d{4}-\d{6}$/),
      orderNumber: placed.orderNumber,
      ...{ type: "full", reason: "other", notes: "Too late", status: "pending", destination: "original" },
      amount: placed.paidAmount,
      split: [{ source: "payment", destination: "original", amount: placed.paidAmount }],
      initiatedByType: "customer",
      timeline: [{ from: null, to: "pending", note: null }],
    });
    const paidPaise = Math.round(placed.paidAmount * 100);
    expect(await orderOf(buyer)).toMatchObject({
      refundRequested: paidPaise,
      refundReserved: 0,
      refundedAmount: 0,
    });
    expect(await stored(view.id)).toMatchObject({ status: "pending", amount: paidPaise, attempts: [] });
    await shop().settle();
    expect(mails("refund_requested_admin", view.refundNumber)).toMatchObject([
      {
        to: { userId: "admin" },
        missing: [],
        data: {
          orderNumber: placed.orderNumber,
          customerName: "Meera Nair",
          amount: placed.paidAmount,
          reason: "other",
          link: expect.stringContaining(`/api/admin/refunds/${view.id}`),
        },
      },
    ]);
  });

  test("When units are asked for, then they are priced as they were paid, and shipping is left out", async () => {
    const { buyer, order: placed, lines } = await order(shop().customer(), { items: BASKET });
    const [line] = lines;
    const view = await asked(world, buyer, {
      orderNumber: placed.orderNumber,
      items: [{ orderItemId: line.id, quantity: 1 }],
    });
    expect(view).toMatchObject({
      type: "partial",
      shippingAmount: 0,
      items: [{ orderItemId: line.id, quantity: 1, amount: view.amount }],
    });
    const lineAmount = line.taxableValue + line.lineTax;
    expect(Math.abs(view.amount - lineAmount / 3)).toBeLessThan(0.02);
    const rest = await asked(world, buyer, { orderNumber: placed.orderNumber });
    expect(Math.round((view.amount + rest.amount) * 100)).toBe(Math.round(placed.paidAmount * 100));
  });

  test("When the same request is repeated with its key, then there is one refund", async () => {
    const { buyer, order: placed } = await order();
    const body = { orderNumber: placed.orderNumber, reason: "damaged" };
    const key = `ask-${placed.orderNumber}`;
    const first = await buyer.post("/api/refunds", body, key);
    const again = await buyer.post("/api/refunds", body, key);
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([201, "true"]);
    expect(again.body).toEqual(first.body);
    expect(await world.refundsOf(placed.id)).toHaveLength(1);
  });

  test("When a request for units is repeated after its answer was lost, then it finds its refund; another key asks again", async () => {
    const { buyer, order: placed, lines } = await order(shop().customer(), { items: BASKET });
    const items = [{ orderItemId: lines[0].id, quantity: 1 }];
    const body = { orderNumber: placed.orderNumber, reason: "damaged", items };
    const key = `ask-${placed.orderNumber}`;
    const view = done(await buyer.post("/api/refunds", body, key));
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await buyer.post("/api/refunds", body, key))).toEqual(view);
    expect(await world.refundsOf(placed.id)).toHaveLength(1);
    expect(await orderOf(buyer)).toMatchObject({ refundRequested: Math.round(view.amount * 100) });

    expect(done(await buyer.post("/api/refunds", body, "another key")).id).not.toBe(view.id);
    expect(await world.refundsOf(placed.id)).toHaveLength(2);
  });

  test("When it is another caller's order, or one that does not exist, then it is not found", async () => {
    const { order: placed } = await order();
    for (const [caller, orderNumber] of [
      [shop().guest(), placed.orderNumber],
      [shop().customer("bharat"), placed.orderNumber],
      [shop().guest(), "ORD-2020-999999"],
    ]) {
      refused(await ask(caller, { orderNumber, reason: "damaged" }), 404, "ORDER_NOT_FOUND");
    }
  });

  test("When nothing was paid, nothing is left, or the payment is disputed, then there is nothing to refund", async () => {
    const unpaid = await order(shop().guest(), { method: "cod" });
    const details = refused(
      await ask(unpaid.buyer, { orderNumber: unpaid.order.orderNumber, reason: "damaged" }),
      400,
      "NOT_REFUNDABLE",
    );
    expect(details).toEqual({ reason: "not_paid" });

    const { buyer, order: placed, lines } = await order();
    const body = { orderNumber: placed.orderNumber, reason: "damaged" };
    const tooMany = { ...body, items: [{ orderItemId: lines[0].id, quantity: 2 }] };
    expect(refused(await ask(buyer, tooMany), 400, "REFUND_EXCEEDS_PAID")).toMatchObject({
      left: placed.paidAmount,
    });
    done(await ask(buyer, body));
    expect(refused(await ask(buyer, body), 400, "REFUND_EXCEEDS_PAID")).toMatchObject({ left: 0 });

    const other = await order();
    const [payment] = await other.buyer.stored.payments();
    shop().sandbox.control.razorpay.openDispute(payment?.gatewayPaymentId);
    await shop().settle();
    const disputed = { ...body, orderNumber: other.order.orderNumber };
    refused(await ask(other.buyer, disputed), 400, "PAYMENT_DISPUTED");
  });

  test("When a body is not valid, then it is refused with its path, and nothing is stored", async () => {
    const { buyer, order: placed, lines } = await order();
    const other = await order();
    const orderItemId = lines[0].id;
    const items = (...of: object[]) => ({ items: of });
    for (const [body, path] of [
      [{ reason: "bored" }, "reason"],
      [{ reason: "other" }, "notes"],
      [{ notes: "x".repeat(1_001) }, "notes"],
      [{ orderNumber: "REF-2026-000001" }, "orderNumber"],
      [items(), "items"],
      [items({ orderItemId, quantity: 0 }), "items.0.quantity"],
      [items({ orderItemId, quantity: -1 }), "items.0.quantity"],
      [items({ orderItemId, quantity: 0.5 }), "items.0.quantity"],
      [items({ orderItemId, quantity: "1" }), "items.0.quantity"],
      [
        items({ orderItemId, quantity: 1 }, { orderItemId: orderItemId.toUpperCase(), quantity: 1 }),
        "items.1",
      ],
      [items({ orderItemId: other.lines[0].id, quantity: 1 }), "items.0.orderItemId"],
      [items({ orderItemId: unknownId(), quantity: 1 }), "items.0.orderItemId"],
      [{ amount: 10 }, "amount"],
      [{ destination: "bank_transfer" }, "destination"],
    ] as const) {
      const sent = { orderNumber: placed.orderNumber, reason: "damaged", ...body };
      const details = refused(await ask(buyer, sent), 400, "VALIDATION_ERROR");
      expect([body, details[0].path]).toEqual([body, path]);
    }
    expect(await world.refundsOf(placed.id)).toEqual([]);
  });
});

describe("Reading refunds", () => {
  test("When a refund is another caller's, then it is neither listed, nor shown, nor changed", async () => {
    const { buyer, order: placed } = await order(shop().customer("chitra"));
    const view = await asked(world, buyer, { orderNumber: placed.orderNumber });
    expect(done(await buyer.get("/api/refunds")).items.map(({ id }: { id: string }) => id)).toEqual([
      view.id,
    ]);
    expect(done(await buyer.get(`/api/refunds/${view.id}`))).toEqual(view);
    for (const stranger of [shop().guest(), shop().customer("dev")]) {
      expect(done(await stranger.get("/api/refunds")).items).toEqual([]);
      refused(await stranger.get(`/api/refunds/${view.id}`), 404, "REFUND_NOT_FOUND");
      const path = `/api/refunds/${view.id}/bank-account`;
      refused(
        await shop().call("put", path, { as: stranger.as, body: BANK_ACCOUNT }),
        404,
        "REFUND_NOT_FOUND",
      );
    }
    refused(await buyer.get(`/api/refunds/${unknownId()}`), 404, "REFUND_NOT_FOUND");
    expect((await stored(view.id)).bankAccount).toBeNull();
  });

  test("When staff has worked on it, then the customer sees neither notes, nor ids, nor reasons from inside", async () => {
    const { buyer, order: placed } = await order();
    const { id } = await asked(world, buyer, { orderNumber: placed.orderNumber });
    done(await post(`/${id}/notes`, { note: "SECRET of the staff" }));
    done(await post(`/${id}/approve`, { notes: "SECRET of the approver" }));
    await shop().settle();
    const { _id } = await stored(id);
    const secrets = { failureReason: "SECRET of the gateway", status: "failed" };
    await shop().db.collection("refunds").updateOne({ _id }, { $set: secrets });
    const answer = await buyer.get(`/api/refunds/${id}`);
    expect(done(answer)).toMatchObject({
      failureReason: expect.stringContaining("support team"),
      timeline: [
        { to: "pending", note: null },
        { to: "processing", note: null },
        { to: "completed", note: null },
      ],
    });
    expect(answer.text).not.toMatch(/SECRET|rfnd_|admin-/);
    const forAdmins = await world.get(`/${id}`);
    expect(forAdmins.text.match(/SECRET/g)).toHaveLength(3);
  });

  test("When an admin has started it, then its notes are the staff's", async () => {
    const { buyer, order: placed } = await order();
    const body = { orderId: placed.id, reason: "other", notes: "SECRET", destination: "original" };
    const { id } = done(await post("", body));
    const answer = await buyer.get(`/api/refunds/${id}`);
    expect(done(answer)).toMatchObject({ initiatedByType: "admin", notes: null });
    expect(answer.text).not.toContain("SECRET");
  });
});

describe("The bank account", () => {
  test("When it is given, then the number is stored encrypted and shown as its last four digits, until it is processed", async () => {
    const { buyer, order: placed } = await order();
    const { id } = await asked(world, buyer, { orderNumber: placed.orderNumber });
    const path = `/api/refunds/${id}/bank-account`;
    const put = (body: object) => shop().call("put", path, { as: buyer.as, body });
    const spelled = { ...BANK_ACCOUNT, accountNumber: "9182 7364-5546 372", ifsc: "hdfc0001234" };
    const shown = { accountHolder: "Meera Nair", last4: "6372", ifsc: "HDFC0001234" };
    expect(done(await put(spelled)).bankAccount).toEqual(shown);
    expect((await stored(id)).bankAccount).toEqual({
      ...shown,
      accountNumber: expect.stringMatching(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/),
    });
    const { accountNumberOf } = await import("../../../services/aggregates/refund/bank-account.js");
    const { bankAccount, orderId } = await stored(id);
    expect(accountNumberOf(bankAccount, { orderId, paymentId: null })).toBe(BANK_ACCOUNT.accountNumber);
    done(await post(`/${id}/approve`));
    const { from, to, allowed } = refused(await put(BANK_ACCOUNT), 400, "INVALID_STATUS_TRANSITION");
    expect(to).toBe(from);
    expect(allowed).not.toContain(to);
  });

  test("When the refund is decided on at the same moment, then it is refused with what the refund is now", async () => {
    const { buyer, order: placed } = await order();
    const { id } = await asked(world, buyer, { orderNumber: placed.orderNumber });
    const { Refund } = await import("../../../models/index.js");
    const read = Refund.collection.findOne.bind(Refund.collection);
    // First the owner is checked.
    jest
      .spyOn(Refund.collection, "findOne")
      .mockImplementationOnce(read)
      .mockImplementationOnce(async (...query) => {
        const found = await read(...query);
        done(await post(`/${id}/reject`, { reason: "not ours" }));
        return found;
      });
    const path = `/api/refunds/${id}/bank-account`;
    const answer = await shop().call("put", path, { as: buyer.as, body: BANK_ACCOUNT });
    expect(refused(answer, 409, "VERSION_CONFLICT")).toEqual({ current: "rejected" });
    expect((await stored(id)).bankAccount).toBeNull();
  });

  test.each([
    ["a number of 8 digits", { accountNumber: "12345678" }, "accountNumber"],
    ["a number of 19 digits", { accountNumber: "1234567890123456789" }, "accountNumber"],
    ["a number with letters", { accountNumber: "12345678A" }, "accountNumber"],
    ["a number that is none", { accountNumber: 918273645546372 }, "accountNumber"],
    ["an IFSC without its zero", { ifsc: "HDFC1001234" }, "ifsc"],
    ["an IFSC that is too short", { ifsc: "HDFC000123" }, "ifsc"],
    ["a holder who is an account number", { accountHolder: "Meera 918273645546372" }, "accountHolder"],
    ["an invisible holder", { accountHolder: " \u200b " }, "accountHolder"],
    ["no IFSC", { ifsc: undefined }, "ifsc"],
  ])("When it has %s, then it is refused without repeating the value", async (_case, change, path) => {
    const as = shop().guest().as;
    const body = { ...BANK_ACCOUNT, ...change };
    const answer = await shop().call("put", `/api/refunds/${unknownId()}/bank-account`, { as, body });
    expect(refused(answer, 400, "VALIDATION_ERROR")[0].path).toBe(path);
    expect(answer.text).not.toMatch(/\d{8}/);
  });
});
