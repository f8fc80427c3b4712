import { setTimeout as sleep } from "node:timers/promises";
import { Astray, type Visit } from "./visit.js";

const POLL_MS = 10;
const PATIENCE_MS = 10_000;

/**
 * The gateway delivers what it has to tell, one event after the other. What was answered 2xx it does not
 * send again; whatever becomes of that is the service's own business.
 */
export async function deliverEvents(visit: Visit): Promise<void> {
  const events = visit.world.sandbox.control.razorpay.events();
  for (const event of events.filter(({ id }) => !visit.acknowledged.has(id))) {
    const response = await fetch(`${visit.service.url}/api/webhooks/razorpay`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Request-Id": `${visit.requestId}${event.event}`,
        "X-Razorpay-Signature": event.signature ?? "",
        "X-Razorpay-Event-Id": event.id,
      },
      body: event.body,
    });
    if (response.status !== 200) throw new Astray(`${event.event} answered ${response.status}`);
    visit.acknowledged.add(event.id);
    await untilApplied(visit, event.id);
  }
}

/** It is applied after the answer. An event that speaks of something unknown waits, and so is not waited for. */
async function untilApplied(visit: Visit, eventId: string): Promise<void> {
  let hasDied = false;
  void visit.service.exited.then(() => {
    hasDied = true;
  });
  const deadline = Date.now() + PATIENCE_MS;
  const isWaiting = () =>
    visit.world.db.collection("webhookEvents").findOne({ eventId, state: "received", lastError: null });
  while (await isWaiting()) {
    if (hasDied) throw new Astray(`died while applying ${eventId}`);
    if (Date.now() > deadline) throw new Astray(`${eventId} was not applied`);
    await sleep(POLL_MS);
  }
}
