import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { startSandbox } from "../sandbox/sandbox.js";
import { bold, green, heading, narrateOutside, print, red } from "../support/print.js";
import { startService } from "../support/service-process.js";
import { closeTheBooks } from "./books.js";
import { creditPaysEverything, customerPaysWithCredit, guestCollects, guestSignsIn } from "./cart-scenes.js";
import { writeDocuments } from "./documents.js";
import { shopFulfils } from "./order-scenes.js";
import { customerCalls } from "./phone-sale.js";
import { financeReconciles } from "./reconciliation.js";
import { moneyGoesBack } from "./refunds.js";
import { goodsComeBack } from "./returns.js";
import {
  clientVanishes,
  customerPaysByCard,
  customerPaysOnDelivery,
  guestPaysByUpi,
  lastUnitIsGone,
  type Stage,
} from "./scenes.js";

/**
 * `npm run demo`: purchases, refunds and returns, and a day of shipping, cancelling and selling by phone, against the
 * built service and the sandbox's gateway and neighbours, printed as they happen, their invoices and credit notes as
 * files to open, and a reconciliation with the gateway. It uses the HTTP API only, and exits with 0 only if every expectation holds.
 */
async function main(): Promise<number> {
  const began = Date.now();
  print(bold("The Order & Payment Service, from an empty cart to a placed order"));
  const mongo = await startEmbeddedMongo();
  narrateOutside(`MongoDB replica set (${mongo.source})`);
  const mongodbUri = databaseUri(mongo.uri, `demo_${process.pid}`);
  const sandbox = await startSandbox({ mongoUri: mongo.uri, databaseName: `demo_${process.pid}_inventory` });
  narrateOutside(`neighbours and payment gateway: ${Object.keys(sandbox.urls).join(", ")}`);
  const service = await startService({ env: { ...sandbox.env, MONGODB_URI: mongodbUri, LOG_LEVEL: "warn" } });
  narrateOutside(`the built service: ${service.url}`);
  try {
    sandbox.setServiceUrl(service.url);
    await play({ sandbox, serviceUrl: service.url });
    await moneyGoesBack({ sandbox, serviceUrl: service.url });
    await goodsComeBack({ sandbox, serviceUrl: service.url });
    await shopFulfils({ sandbox, serviceUrl: service.url });
    await customerCalls({ sandbox, serviceUrl: service.url });
    await writeDocuments({ sandbox, serviceUrl: service.url }, { orders: PURCHASES, refunds: REFUNDS });
    await financeReconciles({ sandbox, serviceUrl: service.url });
    await closeTheBooks(mongodbUri, sandbox, PURCHASES);
    heading("Done");
    print(green(`   Every expectation holds. It took ${((Date.now() - began) / 1000).toFixed(1)} s.`));
    print(`   Try it by hand: npm run sandbox\n`);
    return 0;
  } catch (error) {
    print(red(`\n   ${error instanceof Error ? error.message : String(error)}`));
    print(service.output());
    return 1;
  } finally {
    const code = await service.stop();
    await sandbox.stop();
    await mongo.stop();
    if (code !== 0) print(red(`   The service exited with code ${code}`));
  }
}

/** Of the scenes of buying and returning, two that are shipped and cancelled, and the sale by phone. */
const PURCHASES = 12;
/** Those that people ask for, those of returns, and the one of the cancellation. */
const REFUNDS = 6;

async function play(stage: Stage): Promise<void> {
  await guestPaysByUpi(stage);
  await customerPaysByCard(stage);
  await customerPaysOnDelivery(stage);
  await clientVanishes(stage);
  await lastUnitIsGone(stage);
  const guest = await guestCollects(stage);
  const customer = await guestSignsIn(stage, guest);
  await customerPaysWithCredit(stage, customer);
  await creditPaysEverything(stage);
}

process.exit(await main());
