import { useEffect, useState } from "preact/hooks";
import { ApiError, api, type GatewayFields } from "../api.js";
import { Page } from "../parts.js";
import { type Problem, ProblemNote, toProblem } from "../problems.js";
import { awaitOrder, mayHaveHappened } from "../purchase.js";
import { navigate } from "../router.js";

interface Returned {
  fields: GatewayFields | null;
  /** The gateway reported a failure. */
  isFailed: boolean;
}

/** What the gateway sent along. Without a signature, the bank has not answered yet. */
function readReturn(query: URLSearchParams): Returned {
  const [orderId, paymentId, signature] = ["order_id", "payment_id", "signature"].map((name) =>
    query.get(`razorpay_${name}`),
  );
  const fields =
    orderId && paymentId && signature
      ? { razorpay_order_id: orderId, razorpay_payment_id: paymentId, razorpay_signature: signature }
      : null;
  return { fields, isFailed: query.has("error[code]") };
}

/** After this many attempts, the customer is told that it may take longer. */
const PATIENT_ATTEMPTS = 3;

/** Between the gateway and the confirmation: checks the payment, then waits for the order. */
export function PaymentPage({ sessionId, query }: { sessionId: string; query: URLSearchParams }) {
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isSlow, setSlow] = useState(false);
  const [turn, setTurn] = useState(0);
  const returned = readReturn(query);

  // The query is that of the first visit
  useEffect(() => {
    let isOpen = true;
    async function finish(): Promise<void> {
      if (returned.isFailed) return navigate(`/checkout/${sessionId}?payment=failed`, { replace: true });
      if (returned.fields) {
        await api.verifyPayment(returned.fields).catch((error: unknown) => {
          // The gateway also reports the payment to the service, so a lost answer is no loss.
          if (!mayHaveHappened(error)) throw error;
        });
      }
      const orderNumber = await awaitOrder(sessionId, {
        isWanted: () => isOpen,
        onWait: (attempt) => isOpen && setSlow(attempt >= PATIENT_ATTEMPTS),
      });
      if (orderNumber && isOpen) navigate(`/orders/${orderNumber}/thanks`, { replace: true });
      return undefined;
    }
    setProblem(null);
    finish().catch((error: unknown) => {
      if (!isOpen) return;
      // The method has to be chosen first: there is no payment to wait for.
      if (error instanceof ApiError && error.code === "CHECKOUT_INCOMPLETE")
        navigate(`/checkout/${sessionId}`);
      else setProblem(toProblem(error));
    });
    return () => {
      isOpen = false;
    };
  }, [sessionId, turn]);

  if (problem) {
    return (
      <Page title="Your order could not be placed">
        <ProblemNote problem={problem} onRepeat={() => setTurn((count) => count + 1)}>
          <a href={`/checkout/${sessionId}`}>Back to the checkout</a>
        </ProblemNote>
      </Page>
    );
  }
  return (
    <Page title="One moment" class="narrow">
      <p role="status" class="lead">
        {isSlow ? "Your bank has not confirmed the payment yet." : "We are confirming your payment."}
      </p>
      <div class="progress" aria-hidden="true" />
      {isSlow && (
        <>
          <p>
            You can wait here, or close this page: as soon as the money arrives, we place the order and send
            you a mail. If it does not arrive, nothing is charged.
          </p>
          <p>
            <a href={`/checkout/${sessionId}`}>Pay in another way</a>
          </p>
        </>
      )}
    </Page>
  );
}
