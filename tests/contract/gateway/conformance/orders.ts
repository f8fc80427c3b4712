import { paise } from "../../../../utils/money.js";
import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, refusedWith, type Stage, UNKNOWN } from "./world.js";

/** Orders of the gateway: created once, found by their receipt, within the limits of amounts and texts. */
export function describeOrders(stage: Stage): void {
  describe("gateway orders", () => {
    test("When one is created, then it is for exactly that amount, and is found by id and by receipt", async () => {
      const receipt = stage.receipt();
      const order = unwrap(
        await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt, notes: { a: "b" } }),
      );
      expect(order).toMatchObject({ amount: AMOUNT, amountDue: AMOUNT, currency: "INR", status: "created" });
      expect(order).toMatchObject({ receipt, notes: { a: "b" }, attempts: 0 });
      expect(await stage.gateway.getGatewayOrder(order.id)).toEqual({ success: true, data: order });
      expect(await stage.gateway.findGatewayOrderByReceipt(receipt)).toEqual({ success: true, data: order });
    });

    test("When no order has the receipt, then the answer is null, also if one begins with it", async () => {
      const receipt = stage.receipt();
      unwrap(await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt: `${receipt}-2` }));
      expect(await stage.gateway.findGatewayOrderByReceipt(receipt)).toEqual({ success: true, data: null });
    });

    test("When the answer to the creation is lost, then its outcome is unknown and its receipt finds the order", async () => {
      const receipt = stage.receipt();
      stage.world.break({ call: "createGatewayOrder", fault: "reset", when: "after", times: 1 });
      expect(await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt })).toEqual(UNKNOWN);
      expect(await stage.gateway.findGatewayOrderByReceipt(receipt)).toMatchObject({
        success: true,
        data: { amount: AMOUNT, receipt },
      });
    });

    test("When lists lag, then an order is found by its receipt once the list shows it", async () => {
      stage.world.setListLag(120);
      const receipt = stage.receipt();
      const order = unwrap(await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt }));
      expect(await stage.gateway.findGatewayOrderByReceipt(receipt)).toEqual({ success: true, data: null });
      stage.world.advance(121);
      expect(await stage.gateway.findGatewayOrderByReceipt(receipt)).toMatchObject({
        data: { id: order.id },
      });
    });

    test("When the amount is too high, too low or nothing, then it is refused with its own code", async () => {
      stage.world.limitAmount(100_000);
      const create = (amount: number) =>
        stage.gateway.createGatewayOrder({ amount: paise(amount), receipt: stage.receipt() });
      expect(await create(100_000)).toMatchObject({ success: true });
      expect(await create(100_001)).toEqual(refusedWith("AMOUNT_TOO_LARGE"));
      expect(await create(99)).toEqual(refusedWith("AMOUNT_TOO_SMALL"));
      expect(await create(0)).toEqual(refusedWith("INVALID_AMOUNT"));
    });

    test.each([
      ["Latin letters", "n".repeat(2_000)],
      ["Devanagari", "नमस्ते ".repeat(200)],
      ["emoji", "A gift 🎁 for 👩‍👩‍👧 ❤️".repeat(40)],
    ])(
      "When a note is too long, in %s, then the order is created with its beginning",
      async (_script, note) => {
        const order = unwrap(
          await stage.gateway.createGatewayOrder({
            amount: AMOUNT,
            receipt: stage.receipt(),
            notes: { note },
          }),
        );
        expect(order.notes.note?.slice(0, 6)).toBe(note.slice(0, 6));
      },
    );

    test("When receipts are too long, then each still finds its own order", async () => {
      const [first, second] = ["क".repeat(60), `${"क".repeat(60)}2`];
      const [a, b] = [
        unwrap(await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt: first })),
        unwrap(await stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt: second })),
      ];
      expect(a.id).not.toBe(b.id);
      expect(await stage.gateway.findGatewayOrderByReceipt(first)).toMatchObject({ data: { id: a.id } });
      expect(await stage.gateway.findGatewayOrderByReceipt(second)).toMatchObject({ data: { id: b.id } });
    });
  });
}
