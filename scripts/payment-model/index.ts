import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { startSandbox } from "../sandbox/sandbox.js";
import { green, print, red } from "../support/print.js";

/**
 * `npm run test:payments`: random sequences of everything that can happen to a payment, on the real code and a real
 * database, compared with a small model (`model.ts`). `PAYMENT_RUNS` (default 10,000) says how many. A failure prints
 * `PAYMENT_SEED` and `PAYMENT_PATH`, which repeat it.
 */
const DEFAULT_RUNS = 10_000;
const ENDLESS_STOCK = 900_000_000;
const SEEDS = 1_000_000;

async function main(): Promise<number> {
  const { PAYMENT_RUNS, PAYMENT_SEED, PAYMENT_PATH } = process.env;
  const runs = Number(PAYMENT_RUNS ?? DEFAULT_RUNS);
  const seed = Number(PAYMENT_SEED ?? 8 * Math.floor(Math.random() * SEEDS));
  const began = performance.now();
  const mongo = await startEmbeddedMongo();
  const databaseName = `payment_model_${process.pid}`;
  const sandbox = await startSandbox({
    mongoUri: mongo.uri,
    databaseName: `${databaseName}_inventory`,
    defaultStock: ENDLESS_STOCK,
  });
  const uri = databaseUri(mongo.uri, databaseName);
  const settings = { MONGODB_URI: uri, NODE_ENV: "test", LOG_LEVEL: "silent" };
  Object.assign(process.env, sandbox.env, settings, { LOG_LEVEL: process.env.LOG_LEVEL ?? "silent" });
  // The service reads its environment when its modules are loaded.
  const [database, { runModel }] = await Promise.all([
    import("../../config/database.config.js"),
    import("./run.js"),
  ]);
  await database.connectDatabase(uri);
  await database.prepareDatabase();
  print(
    PAYMENT_PATH === undefined ? `seed ${seed}: ${runs} sequences` : `seed ${seed}: again ${PAYMENT_PATH}`,
  );
  const seconds = () => Math.round((performance.now() - began) / 1000);
  try {
    const failure = await runModel({
      ...{ control: sandbox.control.razorpay, runs, seed },
      ...(PAYMENT_PATH === undefined ? {} : { path: PAYMENT_PATH }),
      onDifference: (message) => print(`difference ${message}`),
      onProgress: (done) =>
        print(`${String(done).padStart(6)} sequences without a difference, ${seconds()} s`),
    });
    if (!failure) print(green(`No difference in ${runs} sequences, seed ${seed}, ${seconds()} s`));
    else {
      print(JSON.stringify(failure.sequence, null, 1));
      print(red(failure.message));
      print(`Repeat it: PAYMENT_SEED=${failure.seed} PAYMENT_PATH=${failure.path} npm run test:payments`);
    }
    return failure ? 1 : 0;
  } finally {
    await database.disconnectDatabase();
    await sandbox.stop();
    await mongo.stop();
  }
}

process.exit(await main());
