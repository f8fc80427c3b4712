import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, unknownId, useReturns } from "./return-world.js";

/** What customers ask for, and what they see of it. */
const world = useReturns();
const { shop, sell, deliver, ask, askAs, requested, step, stored, orderOf, mails } = world;

afterEach(() => shop().recover());

const THREE_OILS = { items: [[SEED.variants.hairOil, 3]] } as const;
const DAY_MS = 86_400_000;

describe("What can be returned", () => {
  test("When an order is delivered in part, then each line says how many units, until when, or why none", async () => {
    const sale = await sell({
      items: [
        [SEED.variants.hairOil, 3],
        [SEED.variants.tulsi, 1],
      ],
    });
    await shop().sandbox.control.shipping.complete((await sale.parcel(2)).shipmentId);
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    const eligibility = done(await sale.buyer.get(`/api/returns/eligibility?orderNumber=${orderNumber}`));
    expect(eligibility).toEqual({
      orderNumber,
      items: [
        {
          ...{ orderItemId: sale.lineIds[0], name: expect.any(String), returnableQuantity: 2 },
          returnableUntil: expect.any(String),
        },
        {
          ...{ orderItemId: sale.lineIds[1], name: expect.any(String), returnableQuantity: 0 },
          ...{ reason: "not_delivered", message: expect.any(String) },
        },
      ],
    });
    const until = new Date(eligibility.items[0].returnableUntil).getTime();
    expect(Math.round((until - Date.now()) / DAY_MS)).toBe(7);
  });

  test("When it is another caller's order, or one that does not exist, then it is not found", async () => {
    const sale = await deliver();
    const { orderNumber } = await orderOf(sale);
    const path = (number: string) => `/api/returns/eligibility?orderNumber=${number}`;
    const body = (number: string) => ({
      ...{ orderNumber: number, reason: "damaged" },
      items: [{ orderItemId: sale.lineIds[0], quantity: 1, reason: "damaged" }],
    });
    for (const [caller, number] of [
      [shop().guest(), orderNumber],
      [shop().customer("bharat"), orderNumber],
      [sale.buyer, "ORD-2020-999999"],
    ] as const) {
      refused(await caller.get(path(number)), 404, "ORDER_NOT_FOUND");
      refused(await askAs(caller, body(number)), 404, "ORDER_NOT_FOUND");
    }
  });
});

describe("Asking for a return", () => {
  test("When delivered units are asked for, then they are promised to the return, and an admin gets a mail", async () => {
    const sale = await deliver(THREE_OILS);
    const answer = await ask(sale, [[0, 2, "defective"]], { customerNotes: "The caps leak" });
    expect(answer.status).toBe(201);
    const view = done(answer);
    expect(view).toMatchObject({
      ...{ status: "requested", reason: "defective", customerNotes: "The caps leak", images: [] },
      items: [{ orderItemId: sale.lineIds[0], quantity: 2, reason: "defective" }],
      timeline: [{ from: null, to: "requested", note: null }],
    });
    expect(view).not.toHaveProperty("returnNumber");
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 2, quantityReturned: 0 });
    expect(await stored(view.id)).toMatchObject({ status: "requested", returnNumber: null });
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    expect(mails("return_requested_admin", orderNumber)).toMatchObject([
      {
        missing: [],
        data: {
          ...{ orderNumber, customerName: "Meera Nair", reason: "defective" },
          link: expect.stringContaining(`/api/admin/returns/${view.id}`),
        },
      },
    ]);
    expect(done(await sale.buyer.get("/api/returns")).items).toMatchObject([{ id: view.id }]);
    expect(done(await sale.buyer.get(`/api/returns/${view.id}`))).toEqual(view);
    refused(await shop().guest().get(`/api/returns/${view.id}`), 404, "RETURN_NOT_FOUND");
    refused(await sale.buyer.get(`/api/returns/${unknownId()}`), 404, "RETURN_NOT_FOUND");
    expect(done(await shop().customer("bharat").get("/api/returns")).items).toEqual([]);
  });

  test("When more units are asked for than were delivered, then the refusal names the line, and nothing is promised", async () => {
    const sale = await sell(THREE_OILS);
    await shop().sandbox.control.shipping.complete((await sale.parcel(2)).shipmentId);
    await shop().settle();
    const details = refused(await ask(sale, [[0, 3]]), 400, "QUANTITY_NOT_RETURNABLE");
    expect(details).toEqual({
      lines: [
        {
          orderItemId: sale.lineIds[0],
          ...{ name: expect.any(String), reason: "too_many", returnable: 2 },
        },
      ],
    });
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 0 });
    await requested(sale, [0, 2]);
    expect(refused(await ask(sale, [[0, 1]]), 400, "QUANTITY_NOT_RETURNABLE")).toMatchObject({
      lines: [{ reason: "nothing_left", returnable: 0 }],
    });
  });

  test("When returns of two units and of one arrive together for two units, then one of them succeeds", async () => {
    const sale = await deliver({ items: [[SEED.variants.hairOil, 2]] });
    const answers = await Promise.all([ask(sale, [[0, 2]]), ask(sale, [[0, 1]]), ask(sale, [[0, 2]])]);
    const promised = Number((await sale.line(0)).quantityReturnPromised);
    const granted = answers
      .filter(({ status }) => status === 201)
      .reduce((sum, { body }) => sum + body.data.items[0].quantity, 0);
    expect(granted).toBe(promised);
    expect(promised).toBeLessThanOrEqual(2);
    for (const answer of answers.filter(({ status }) => status !== 201))
      refused(answer, 400, "QUANTITY_NOT_RETURNABLE");
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  test("When the window has closed, the product cannot be returned or nothing was delivered, then each line has its reason", async () => {
    const late = await deliver();
    await shop()
      .db.collection("orderItems")
      .updateOne(
        { orderId: new Types.ObjectId(late.id) },
        { $set: { returnableUntil: new Date(Date.now() - 1_000) } },
      );
    expect(refused(await ask(late, [[0, 1]]), 400, "RETURN_WINDOW_CLOSED")).toMatchObject({
      lines: [{ reason: "window_closed", returnable: 0 }],
    });
    const kajal = await deliver({ items: [[SEED.variants.kajal, 1]] });
    expect(refused(await ask(kajal, [[0, 1]]), 400, "NOT_RETURNABLE")).toMatchObject({
      lines: [{ reason: "not_returnable" }],
    });
    const confirmed = await sell();
    expect(refused(await ask(confirmed, [[0, 1]]), 400, "NOT_RETURNABLE")).toMatchObject({
      lines: [{ reason: "not_delivered" }],
    });
  });

  test("When a request repeats its key, then there is one return", async () => {
    const sale = await deliver(THREE_OILS);
    const { orderNumber } = await orderOf(sale);
    const items = [{ orderItemId: sale.lineIds[0], quantity: 1, reason: "damaged" }];
    const body = { orderNumber, reason: "damaged", items };
    const first = await sale.buyer.post("/api/returns", body, `return-${orderNumber}`);
    const again = await sale.buyer.post("/api/returns", body, `return-${orderNumber}`);
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([201, "true"]);
    expect(again.body).toEqual(first.body);
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 1 });
  });

  test("When a request is repeated after its answer was lost, then it asks for no other units", async () => {
    const sale = await deliver(THREE_OILS);
    const { orderNumber } = await orderOf(sale);
    const items = [{ orderItemId: sale.lineIds[0], quantity: 1, reason: "damaged" }];
    const body = { orderNumber, reason: "damaged", items };
    const send = () => sale.buyer.post("/api/returns", body, `return-again-${orderNumber}`);
    const first = done(await send());
    await shop().db.collection("idempotencyRecords").deleteMany({});
    expect(done(await send()).id).toBe(first.id);
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 1 });
    await requested(sale, [0, 1]);
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 2 });
  });

  test("When the body is wrong, then nothing is promised", async () => {
    const sale = await deliver(THREE_OILS);
    const other = await deliver();
    const line = { orderItemId: sale.lineIds[0], quantity: 1, reason: "damaged" };
    for (const [items, body] of [
      [[], {}],
      [[line, { ...line, quantity: 2 }], {}],
      [[{ ...line, quantity: 0 }], {}],
      [[{ ...line, quantity: -1 }], {}],
      [[{ ...line, quantity: 1.5 }], {}],
      [[{ ...line, reason: "broken" }], {}],
      [[{ ...line, condition: "new" }], {}],
      [[{ ...line, orderItemId: other.lineIds[0] }], {}],
      [[{ ...line, reason: "other" }], {}],
      [[line], { reason: "other" }],
      [[line], { customerNotes: "x".repeat(1_001) }],
      [[line], { refund: true }],
    ] as const) {
      const { orderNumber } = await orderOf(sale);
      const answer = await askAs(sale.buyer, { orderNumber, reason: "damaged", items, ...body });
      refused(answer, 400, "VALIDATION_ERROR");
    }
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 0 });
    done(await ask(sale, [[0, 1, "other"]], { customerNotes: "It is the wrong colour" }));
  });

  test("When a return is rejected, then its units can be asked for again", async () => {
    const sale = await deliver();
    const first = await requested(sale, [0, 1]);
    refused(await ask(sale, [[0, 1]]), 400, "QUANTITY_NOT_RETURNABLE");
    const rejected = done(await step(first.id, "reject", { reason: "The photos show no damage" }));
    expect(rejected).toMatchObject({ status: "rejected", rejectionReason: "The photos show no damage" });
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 0 });
    await shop().settle();
    const { orderNumber } = await orderOf(sale);
    expect(mails("return_rejected", orderNumber)).toMatchObject([
      { missing: [], data: { reason: "The photos show no damage" } },
    ]);
    expect(done(await sale.buyer.get(`/api/returns/${first.id}`)).timeline).toMatchObject([
      { to: "requested", note: null },
      { from: "requested", to: "rejected", note: "The photos show no damage" },
    ]);
    await requested(sale, [0, 1]);
  });
});
