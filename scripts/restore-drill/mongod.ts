import { spawn } from "node:child_process";
import mongoose from "mongoose";
import { findOwnMongod, OWN_MONGOD_ARGUMENTS } from "../mongo/own-mongod.js";
import { findFreePort } from "../support/service-process.js";
import { waitUntil } from "../support/wait-until.js";

const SET_NAME = "rs0";
const READY_WITHIN_MS = 60_000;

/** A server of this machine, on files of its own. */
export interface Mongod {
  /** Of the replica set, or of the single server. */
  uri: string;
  /** A command of the database `admin`. */
  command(command: mongoose.mongo.Document): Promise<mongoose.mongo.Document>;
  /** Drops the database `local`: the oplog, and the set that this member belonged to. */
  forgetSet(): Promise<void>;
  /** A clean shutdown. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/**
 * @param kind `new set`: becomes the only member of a new replica set; `standalone`: no set, as for maintenance
 * @throws as `findOwnMongod`
 */
export async function startMongod(dbPath: string, kind: "new set" | "standalone"): Promise<Mongod> {
  const binary = findOwnMongod();
  const port = await findFreePort();
  const host = `127.0.0.1:${port}`;
  const child = spawn(
    binary,
    [
      ...["--port", String(port), "--dbpath", dbPath, "--bind_ip", "127.0.0.1"],
      ...OWN_MONGOD_ARGUMENTS,
      ...(kind === "new set" ? ["--replSet", SET_NAME] : []),
    ],
    { stdio: "ignore" },
  );
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  process.once("exit", () => void child.kill("SIGKILL"));
  const client = new mongoose.mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
    serverSelectionTimeoutMS: READY_WITHIN_MS,
  });
  const command = (document: mongoose.mongo.Document) => client.db("admin").command(document);
  await command({ ping: 1 });
  if (kind === "new set") {
    await command({ replSetInitiate: { _id: SET_NAME, members: [{ _id: 0, host }] } });
    const isWritable = async () => (await command({ hello: 1 })).isWritablePrimary === true;
    await waitUntil("the replica set has a primary", isWritable, READY_WITHIN_MS);
  }
  return {
    uri: kind === "new set" ? `mongodb://${host}/?replicaSet=${SET_NAME}` : `mongodb://${host}/`,
    command,
    async forgetSet() {
      await client.db("local").dropDatabase();
    },
    async stop() {
      // The server closes the connection of this command.
      await command({ shutdown: 1 }).catch(() => undefined);
      await exited;
      await client.close();
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
      await client.close();
    },
  };
}
