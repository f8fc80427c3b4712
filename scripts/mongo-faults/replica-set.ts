import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { MongoMemoryReplSet } from "mongodb-memory-server";
import mongoose from "mongoose";
import { MONGODB_VERSION } from "../mongo/find-mongod.mjs";
import { findOwnMongod, OWN_MONGOD_ARGUMENTS } from "../mongo/own-mongod.js";

const MEMBERS = 3;
const SET_NAME = "rs0";
/** MongoDB's default of 10 s suits members on several continents; in one data centre 2 s is common. */
const ELECTION_TIMEOUT_MS = 2_000;
const LAUNCH_TIMEOUT_MS = 120_000;
/** A restarted member on a busy machine needs most of it. */
const HEALTHY_WITHIN_MS = 90_000;
const POLL_MS = 200;

interface Member {
  port: number;
  dbPath: string;
  pid: number;
  isRunning: boolean;
}

/** Three members on this machine that can be killed and frozen. */
export interface ReplicaSet {
  /** Lists all three members and the set's name. */
  uri: string;
  /** Makes the primary step down. */
  stepDown(): Promise<void>;
  /** Sends SIGKILL. @returns a function that restarts the member on its old files */
  killPrimary(): Promise<() => void>;
  /** Kills the two secondaries, so that the primary must step down. @returns a function that restarts them */
  killSecondaries(): Promise<() => void>;
  /** Kills all members at once. @returns a function that restarts them */
  killAll(): () => void;
  /** @throws when there is still a primary after the time limit */
  waitUntilLeaderless(): Promise<void>;
  /** Sends SIGSTOP. @returns a function that lets it continue */
  freezePrimary(): Promise<() => void>;
  /** @throws when there is no primary with two secondaries in time */
  waitUntilHealthy(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws as `findOwnMongod` */
export async function startReplicaSet(): Promise<ReplicaSet> {
  const systemBinary = findOwnMongod();
  process.env.MONGOMS_RUNTIME_DOWNLOAD = "false";
  process.env.MONGOMS_SYSTEM_BINARY_VERSION_CHECK = "false";
  const set = await MongoMemoryReplSet.create({
    binary: { systemBinary, version: MONGODB_VERSION },
    replSet: {
      name: SET_NAME,
      count: MEMBERS,
      storageEngine: "wiredTiger",
      args: OWN_MONGOD_ARGUMENTS,
      configSettings: { electionTimeoutMillis: ELECTION_TIMEOUT_MS },
    },
    instanceOpts: Array.from({ length: MEMBERS }, () => ({ launchTimeout: LAUNCH_TIMEOUT_MS })),
  });
  return new KillableSet(set, systemBinary);
}

class KillableSet implements ReplicaSet {
  readonly uri: string;
  readonly #members: Member[];
  readonly #restarted = new Set<ChildProcess>();

  constructor(
    private readonly set: MongoMemoryReplSet,
    private readonly binary: string,
  ) {
    this.uri = set.getUri();
    this.#members = set.servers.map(({ instanceInfo }) => {
      // Under Wine the wrapper script execs Wine, so this is the process of mongod.exe itself.
      const pid = instanceInfo?.instance.mongodProcess?.pid;
      if (!instanceInfo || pid === undefined) throw new Error("a member of the set is not running");
      return { port: instanceInfo.port, dbPath: instanceInfo.dbPath, pid, isRunning: true };
    });
    process.once("exit", () => this.#killRestarted());
  }

  async stepDown(): Promise<void> {
    const command = { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 };
    // The server closes the connection of this command.
    await this.#withAdmin((admin) => admin.command(command)).catch(() => undefined);
  }

  async killPrimary(): Promise<() => void> {
    return this.#kill([await this.#primary()]);
  }

  async killSecondaries(): Promise<() => void> {
    const primary = await this.#primary();
    return this.#kill(this.#members.filter((member) => member !== primary));
  }

  killAll(): () => void {
    return this.#kill(this.#members);
  }

  #kill(members: readonly Member[]): () => void {
    for (const member of members) {
      process.kill(member.pid, "SIGKILL");
      member.isRunning = false;
    }
    return () => {
      for (const member of members) this.#restart(member);
    };
  }

  async waitUntilLeaderless(): Promise<void> {
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    while (Date.now() < deadline) {
      if (await this.#hasNoPrimary()) return;
      await sleep(POLL_MS);
    }
    throw new Error("a member without a majority is still primary");
  }

  /** Asks each running member directly. One that does not answer in time may still be primary. */
  async #hasNoPrimary(): Promise<boolean> {
    const running = this.#members.filter(({ isRunning }) => isRunning);
    const answers = await Promise.all(
      running.map(async ({ port }) => {
        const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
        const client = new mongoose.mongo.MongoClient(uri, { serverSelectionTimeoutMS: 1_000 });
        try {
          return (await client.db("admin").command({ hello: 1 })).isWritablePrimary === true;
        } catch {
          return true;
        } finally {
          await client.close();
        }
      }),
    );
    return !answers.includes(true);
  }

  async freezePrimary(): Promise<() => void> {
    const { pid } = await this.#primary();
    process.kill(pid, "SIGSTOP");
    return () => void process.kill(pid, "SIGCONT");
  }

  async waitUntilHealthy(): Promise<void> {
    const deadline = Date.now() + HEALTHY_WITHIN_MS;
    for (;;) {
      const states: readonly string[] = await this.#states().catch(() => []);
      if (
        states.includes("PRIMARY") &&
        states.filter((state) => state === "SECONDARY").length === MEMBERS - 1
      )
        return;
      if (Date.now() > deadline) throw new Error(`the set is not healthy: ${states.join(", ")}`);
      await sleep(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    this.#killRestarted();
    await this.set.stop({ doCleanup: true, force: true });
  }

  #states(): Promise<string[]> {
    return this.#withAdmin(async (admin) => {
      const { members } = await admin.command({ replSetGetStatus: 1 });
      return (members as { stateStr: string }[]).map(({ stateStr }) => stateStr);
    });
  }

  async #primary(): Promise<Member> {
    const host = await this.#withAdmin(async (admin) => String((await admin.command({ hello: 1 })).primary));
    const member = this.#members.find(({ port }) => host.endsWith(`:${port}`));
    if (!member) throw new Error(`the primary ${host} is not a member of this set`);
    return member;
  }

  async #withAdmin<T>(ask: (admin: mongoose.mongo.Db) => Promise<T>): Promise<T> {
    const client = new mongoose.mongo.MongoClient(this.uri, {
      serverSelectionTimeoutMS: 10_000,
      connectTimeoutMS: 2_000,
    });
    try {
      return await ask(client.db("admin"));
    } finally {
      await client.close();
    }
  }

  #restart(member: Member): void {
    const { port, dbPath } = member;
    const own = ["--port", String(port), "--dbpath", dbPath, "--replSet", SET_NAME, "--bind_ip", "127.0.0.1"];
    const child = spawn(this.binary, [...own, "--noauth", ...OWN_MONGOD_ARGUMENTS], { stdio: "ignore" });
    this.#restarted.add(child);
    member.pid = child.pid ?? member.pid;
    member.isRunning = true;
  }

  #killRestarted(): void {
    for (const child of this.#restarted) child.kill("SIGKILL");
    this.#restarted.clear();
  }
}
