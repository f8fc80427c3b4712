import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, refused, useReturns } from "./return-world.js";

/** What the warehouse does with the goods of a return. */
const world = useReturns();
const { shop, deliver, requested, received, inspected, inspect, step, stored, orderOf, mails, audits } =
  world;

afterEach(() => shop().recover());

const TWO_LINES = {
  items: [
    [SEED.variants.hairOil, 3],
    [SEED.variants.tulsi, 2],
  ],
} as const;

describe("Receiving", () => {
  test("When a parcel arrives, then the return is received once, and the customer gets one mail", async () => {
    const sale = await deliver();
    const { id } = await requested(sale, [0, 1]);
    refused(await step(id, "received"), 400, "INVALID_STATUS_TRANSITION");
    done(await step(id, "approve"));
    const [first, ...others] = await Promise.all([step(id, "received"), step(id, "received")]);
    for (const answer of [first, ...others, await step(id, "received")])
      expect(done(answer)).toMatchObject({ status: "received", receivedAt: expect.any(String) });
    expect((await stored(id)).history).toHaveLength(3);
    refused(await step(id, "reject", { reason: "Too late now" }), 400, "INVALID_STATUS_TRANSITION");
    refused(await step(id, "schedule-pickup"), 400, "INVALID_STATUS_TRANSITION");
    await shop().settle();
    expect(mails("return_received", (await orderOf(sale)).orderNumber)).toMatchObject([{ missing: [] }]);
  });
});

describe("Inspecting", () => {
  test("When everything passes, then the refund is shown before it is confirmed, and nothing is refunded yet", async () => {
    const sale = await deliver(TWO_LINES, "upi");
    const view = await inspected(
      sale,
      [
        [0, 2],
        [1, 1],
      ],
      [
        [2, 2],
        [1, 1, 0],
      ],
    );
    const { items } = await sale.view();
    const paid = ({ taxableValue, lineTax, quantity }: Record<string, number>, units: number) =>
      ((Number(taxableValue) + Number(lineTax)) * units) / Number(quantity);
    expect(view).toMatchObject({
      ...{ status: "received", inspectionStatus: "pass" },
      items: [
        { quantity: 2, quantityReceived: 2, quantityPassed: 2, quantityRestockable: 2 },
        { quantity: 1, quantityReceived: 1, quantityPassed: 1, quantityRestockable: 0 },
      ],
      refundBreakdown: { returnShipping: 0 },
    });
    expect(view.refundBreakdown.total).toBe(view.refundBreakdown.items);
    expect(Math.abs(view.refundBreakdown.total - paid(items[0], 2) - paid(items[1], 1))).toBeLessThan(0.02);
    expect(await world.refundsOf(sale)).toEqual([]);
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 2, quantityReturned: 0 });
    const customers = done(await sale.buyer.get(`/api/returns/${view.id}`));
    expect(customers.refundBreakdown).toEqual(view.refundBreakdown);
    await shop().settle();
    expect(mails("return_inspection_failed", (await orderOf(sale)).orderNumber)).toEqual([]);
    refused(
      await inspect(view, [
        [2, 0],
        [1, 0],
      ]),
      400,
      "RETURN_INSPECTED",
    );
    expect((await audits(view.id)).at(-1)).toMatchObject({ action: "return.inspect" });
  });

  test("When nothing passes, then the return is rejected, the customer gets the reasons, and may ask again", async () => {
    const sale = await deliver();
    const view = await received(sale, [0, 1]);
    const items = [
      {
        orderItemId: sale.lineIds[0],
        ...{ quantityReceived: 1, quantityPassed: 0, quantityRestockable: 0 },
        note: "The seal is broken",
      },
    ];
    const rejected = done(await step(view.id, "inspect", { items, notes: "It was used" }));
    expect(rejected).toMatchObject({
      ...{ status: "rejected", inspectionStatus: "fail", rejectionReason: "It was used" },
      inspection: { notes: "It was used", items: [{ note: "The seal is broken" }] },
    });
    expect(rejected).not.toHaveProperty("refundBreakdown");
    expect(await sale.line(0)).toMatchObject({ quantityReturnPromised: 0, quantityReturned: 0 });
    await shop().settle();
    expect(mails("return_inspection_failed", (await orderOf(sale)).orderNumber)).toMatchObject([
      {
        missing: [],
        data: { notes: "It was used", refund: 0, items: [{ quantityPassed: 0, note: "The seal is broken" }] },
      },
    ]);
    refused(await step(view.id, "refund"), 400, "INVALID_STATUS_TRANSITION");
    await requested(sale, [0, 1]);
  });

  test("When some units fail, then the customer gets the reasons, and the rest is to be refunded", async () => {
    const sale = await deliver(TWO_LINES, "upi");
    const view = await inspected(sale, [[0, 3]], [[2, 1]]);
    expect(view).toMatchObject({ status: "received", inspectionStatus: "pass" });
    await shop().settle();
    expect(mails("return_inspection_failed", (await orderOf(sale)).orderNumber)).toMatchObject([
      {
        missing: [],
        data: { refund: view.refundBreakdown.total, items: [{ quantity: 3, quantityPassed: 1 }] },
      },
    ]);
  });

  test("When the inspection does not fit the return, then nothing is stored", async () => {
    const sale = await deliver(TWO_LINES);
    const { id } = await requested(sale, [0, 2], [1, 1]);
    const line = (index: number, counts: readonly [number, number, number]) => ({
      orderItemId: sale.lineIds[index],
      ...{ quantityReceived: counts[0], quantityPassed: counts[1], quantityRestockable: counts[2] },
    });
    const good = [line(0, [2, 2, 2]), line(1, [1, 1, 1])];
    refused(await step(id, "inspect", { items: good }), 400, "INVALID_STATUS_TRANSITION");
    done(await step(id, "approve"));
    done(await step(id, "received"));
    refused(await step(id, "refund"), 400, "RETURN_NOT_INSPECTED");
    const other = await deliver();
    for (const items of [
      [],
      [line(0, [2, 2, 2])],
      [...good, line(1, [1, 1, 1])],
      [line(0, [3, 2, 2]), line(1, [1, 1, 1])],
      [line(0, [1, 2, 2]), line(1, [1, 1, 1])],
      [line(0, [2, 1, 2]), line(1, [1, 1, 1])],
      [line(0, [-1, 0, 0]), line(1, [1, 1, 1])],
      [line(0, [2, 2, 2]), { ...line(1, [1, 1, 1]), orderItemId: other.lineIds[0] }],
    ])
      refused(await step(id, "inspect", { items }), 400, "VALIDATION_ERROR");
    expect(await stored(id)).toMatchObject({ status: "received", inspection: null });
    const answers = await Promise.all([1, 2, 3].map(() => step(id, "inspect", { items: good })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
  });
});
