import { unwrap } from "../../../../utils/result.js";
import { AMOUNT, type Stage, TRANSPORT_FAULTS, type TransportFault } from "./world.js";

type Outcome = "unavailable" | "unknown";

/** What is known after each fault: of a look-up, and of a call that may have had an effect. */
const OUTCOMES: Record<TransportFault, { read: Outcome; write: Outcome }> = {
  hang: { read: "unknown", write: "unknown" },
  reset: { read: "unknown", write: "unknown" },
  "throttled as HTML with Retry-After": { read: "unavailable", write: "unavailable" },
  "error with an empty body": { read: "unknown", write: "unknown" },
  "error with the body null": { read: "unknown", write: "unknown" },
  error: { read: "unknown", write: "unknown" },
  unavailable: { read: "unavailable", write: "unknown" },
  "fault of the bank": { read: "unknown", write: "unknown" },
  "success as HTML": { read: "unknown", write: "unknown" },
  "wrong key": { read: "unavailable", write: "unavailable" },
};

const SHORT_MS = 150;
/** Longer than a busy machine needs for any fault but a hanging call. */
const LONG_MS = 10_000;

/** Whatever happens on the way: a typed failure in time, never an exception, never a refusal, and no second write. */
export function describeTransport(stage: Stage): void {
  const patient = (fault: TransportFault) =>
    stage.world.connect({ timeoutMs: fault === "hang" ? SHORT_MS : LONG_MS });

  describe("transport", () => {
    test.each(TRANSPORT_FAULTS)(
      "When look-ups meet '%s', then the failure is typed and in time",
      async (fault) => {
        const { id } = await stage.order();
        stage.world.break({ call: "listPaymentsOfOrder", fault, when: "before", times: 9 });
        const startedAt = performance.now();
        const result = await patient(fault).listPaymentsOfOrder(id);
        expect(result).toMatchObject({
          success: false,
          outcome: OUTCOMES[fault].read,
          code: expect.any(String),
        });
        expect(performance.now() - startedAt).toBeLessThan(LONG_MS);
      },
    );

    test.each(TRANSPORT_FAULTS)(
      "When a refund meets '%s' before it is made, then it can be repeated",
      async (fault) => {
        const request = stage.refund(await stage.captured());
        stage.world.break({ call: "createRefund", fault, when: "before", times: 1 });
        expect(await patient(fault).createRefund(request)).toMatchObject({
          success: false,
          outcome: OUTCOMES[fault].write,
        });
        expect(stage.world.done().refunds).toBe(0);
        unwrap(await stage.gateway.createRefund(request));
        expect(stage.world.done().refunds).toBe(1);
      },
    );

    test.each(TRANSPORT_FAULTS)(
      "When a refund meets '%s' after it was made, then repeating makes no other",
      async (fault) => {
        const request = stage.refund(await stage.captured());
        stage.world.break({ call: "createRefund", fault, when: "after", times: 1 });
        expect(await patient(fault).createRefund(request)).toMatchObject({ success: false });
        expect(stage.world.done().refunds).toBe(1);
        unwrap(await stage.gateway.createRefund(request));
        expect(stage.world.done().refunds).toBe(1);
      },
    );

    test("When a look-up fails once, then it is repeated", async () => {
      const { id } = await stage.order();
      stage.world.break({ call: "listPaymentsOfOrder", fault: "error", when: "before", times: 1 });
      expect(await stage.gateway.listPaymentsOfOrder(id)).toEqual({ success: true, data: [] });
    });

    test("When the gateway keeps failing, then it is left alone for a moment", async () => {
      stage.world.break({ call: "createGatewayOrder", fault: "error", when: "before", times: 20 });
      const create = () => stage.gateway.createGatewayOrder({ amount: AMOUNT, receipt: stage.receipt() });
      for (let call = 0; call < 20; call += 1) await create();
      expect(await create()).toMatchObject({ outcome: "unavailable", code: "BREAKER_OPEN" });
    });
  });
}
