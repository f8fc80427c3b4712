import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createWebhooks } from "../../../scripts/sandbox/shipping/webhooks.js";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

test("When the service never answers, then sending ends after its time-out, although garbage is collected meanwhile", async () => {
  const silent = createServer(() => undefined).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  const address = silent.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const webhooks = createWebhooks("secret", 300);
  webhooks.setTarget(`http://127.0.0.1:${port}`);
  const event = { eventId: "e1", shipmentId: "s1", status: "delivered", trackingNumber: "t1", at: "" };
  let ended: number | null | undefined;
  void webhooks.send(event, { attempts: 1 }).then((delivery) => {
    ended = delivery?.responseStatus;
  });

  for (let round = 0; round < 10; round += 1) {
    await sleep(100);
    collectGarbage();
  }

  expect(ended).toBeNull();
  webhooks.close();
  silent.closeAllConnections();
  silent.close();
});
