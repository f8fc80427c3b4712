import type { Random } from "../random.js";
import type { World } from "../world.js";
import type { Fault } from "./fault.js";

/** The database fails single commands of the service, or has no primary for a moment. */

const WRITES = ["insert", "update", "findAndModify", "commitTransaction"];
const ALL = [...WRITES, "find", "aggregate"];

/** What `configureFailPoint` takes: errors that a real server answers with. */
const FAILURES: readonly ((random: Random) => { failCommands: string[] } & object)[] = [
  // WriteConflict in a transaction.
  () => ({
    failCommands: ["update", "insert", "findAndModify"],
    errorCode: 112,
    errorLabels: ["TransientTransactionError"],
  }),
  // InterruptedDueToReplStateChange.
  (random) => ({ failCommands: [random.pick(ALL)], errorCode: 11_602, errorLabels: ["RetryableWriteError"] }),
  // NotWritablePrimary.
  (random) => ({
    failCommands: [random.pick(WRITES)],
    errorCode: 10_107,
    errorLabels: ["RetryableWriteError"],
  }),
  (random) => ({ failCommands: [random.pick(ALL)], closeConnection: true }),
  // The write is there, its replication is not known.
  (random) => ({
    failCommands: [random.pick(WRITES)],
    writeConcernError: { code: 64, codeName: "WriteConcernTimeout", errmsg: "simulated" },
  }),
  (random) => ({ failCommands: ALL, blockConnection: true, blockTimeMS: random.between(50, 1_500) }),
];

const admin = ({ db }: World) => db.client.db("admin");

export async function clearFailPoint(world: World): Promise<void> {
  await admin(world).command({ configureFailPoint: "failCommand", mode: "off" });
}

export const DATABASE_FAULTS: readonly Fault[] = [
  {
    name: "database commands fail",
    weight: 12,
    lasts: [300, 5_000],
    begin: async ({ world }, random) => {
      const data = { ...random.pick(FAILURES)(random), appName: world.serviceAppName };
      const mode = { times: random.between(1, 25) };
      await admin(world).command({ configureFailPoint: "failCommand", mode, data });
      return () => clearFailPoint(world);
    },
  },
  {
    name: "step-down",
    weight: 3,
    lasts: [500, 1_500],
    begin: async ({ world }) => {
      // The only member elects itself again after a second. The server closes the connections of this command.
      await admin(world)
        .command({ replSetStepDown: 1, secondaryCatchUpPeriodSecs: 0, force: true })
        .catch(() => undefined);
      return () => undefined;
    },
  },
];
