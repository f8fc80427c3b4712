import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import mongoose from "mongoose";
import { type Sandbox, startSandbox } from "../../../scripts/sandbox/sandbox.js";
import type { FaultRule } from "../../../scripts/sandbox/shared/faults.js";
import type { Storage } from "../../../services/platform/storage/storage.types.js";
import { useTestDatabase } from "../../support/database.js";
import { retainedBytes } from "../../support/memory.js";

/** What every storage driver promises, for GridFS on a real database and for Cloudinary on its stand-in. */
useTestDatabase();

/** Longer than 20 MB take on a busy machine. */
const PATIENT_MS = 20_000;
/** For a Cloudinary in trouble. */
const TIMEOUT_MS = 500;

let sandbox: Sandbox;
const drivers: Partial<Record<"gridfs" | "cloudinary" | "impatient", Storage>> = {};
beforeAll(async () => {
  sandbox = await startSandbox({ mongoUri: process.env.MONGODB_URI ?? "" });
  const url = sandbox.env.CLOUDINARY_URL ?? "";
  // The SDK chooses between http and https by this variable when it is loaded.
  process.env.CLOUDINARY_URL = url;
  const [{ gridfs }, { createCloudinary }] = await Promise.all([
    import("../../../services/platform/storage/gridfs.driver.js"),
    import("../../../services/platform/storage/cloudinary.driver.js"),
  ]);
  drivers.gridfs = gridfs;
  drivers.cloudinary = createCloudinary({ url, timeoutMs: PATIENT_MS });
  drivers.impatient = createCloudinary({ url, timeoutMs: TIMEOUT_MS });
});
afterEach(() => sandbox.control.faults.clear());
afterAll(() => sandbox.stop());

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const newKey = () => `test/${randomBytes(8).toString("hex")}`;
/** In parts of another size than any driver's. */
const streamOf = (bytes: Buffer, partBytes = 70_000): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += partBytes) yield bytes.subarray(at, at + partBytes);
    })(),
  );
const connections = () => mongoose.connection.db;
const countOf = (collection: string, filter: object = {}) =>
  connections()?.collection(collection).countDocuments(filter);

describe.each(["gridfs", "cloudinary"] as const)("Storage: %s", (name) => {
  const storage = (): Storage => {
    const driver = drivers[name];
    if (!driver) throw new Error("the drivers are not there yet");
    return driver;
  };
  const bytesAt = async (key: string): Promise<Buffer | null> => {
    const stream = await storage().read(key);
    return stream && buffer(stream);
  };
  /** Everything that is kept, also what cannot be read. */
  const isEmptyOf = async (key: string): Promise<boolean> => {
    if (name === "cloudinary")
      return !sandbox.control.cloudinary.files().some(({ publicId }) => publicId === key);
    const rows = await countOf("storage.files", { "metadata.key": key });
    const files = await connections()?.collection("storage.files").distinct("_id");
    return rows === 0 && (await countOf("storage.chunks", { files_id: { $nin: files ?? [] } })) === 0;
  };

  test.each([
    ["no bytes", 0],
    ["one byte", 1],
    ["exactly two chunks", 2 * 255 * 1024],
    ["20 MB", 20_000_000],
  ])("When %s are stored, then the same bytes are read", async (_what, size) => {
    const bytes = randomBytes(size);
    const facts = { size, sha256: sha256(bytes) };
    for (const body of [bytes, streamOf(bytes)]) {
      const key = newKey();
      expect(await storage().put({ key, body })).toEqual({ key, ...facts });
      expect((await bytesAt(key))?.equals(bytes)).toBe(true);
      await storage().remove(key);
      expect(await isEmptyOf(key)).toBe(true);
    }
  });

  test("When a key is stored again, then the same bytes are the same file, and other bytes are an error", async () => {
    const key = newKey();
    const bytes = randomBytes(300_000);
    const first = await storage().put({ key, body: bytes });
    expect(await storage().put({ key, body: streamOf(bytes) })).toEqual(first);
    await expect(storage().put({ key, body: randomBytes(300_000) })).rejects.toThrow(/other bytes/);
    await expect(storage().put({ key, body: Buffer.alloc(0) })).rejects.toThrow(/other bytes/);
    expect((await bytesAt(key))?.equals(bytes)).toBe(true);
  });

  test("When a key is unknown, then nothing is read, and it can be removed, also twice", async () => {
    const key = newKey();
    expect(await storage().read(key)).toBeNull();
    await storage().remove(key);
    await storage().put({ key, body: Buffer.from("x") });
    await storage().remove(key);
    await storage().remove(key);
    expect(await storage().read(key)).toBeNull();
  });

  test("When a stream fails midway, then its error is thrown, nothing is stored, and a repeat succeeds", async () => {
    const key = newKey();
    const bytes = randomBytes(1_000_000);
    const failing = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 600_000);
        throw new RangeError("the source has ended");
      })(),
    );
    await expect(storage().put({ key, body: failing })).rejects.toThrow(
      new RangeError("the source has ended"),
    );
    expect(await storage().read(key)).toBeNull();
    expect(await isEmptyOf(key)).toBe(true);
    await storage().put({ key, body: streamOf(bytes) });
    expect((await bytesAt(key))?.equals(bytes)).toBe(true);
  });

  test("When a stream is destroyed midway, then nothing is stored", async () => {
    const key = newKey();
    const endless = new Readable({ read: () => undefined });
    endless.push(randomBytes(400_000));
    const stored = storage().put({ key, body: endless });
    setImmediate(() => endless.destroy());
    await expect(stored).rejects.toThrow();
    expect(await isEmptyOf(key)).toBe(true);
  });

  test("When ten callers store one key at once, then there is one file, and each gets it", async () => {
    const key = newKey();
    const bytes = randomBytes(600_000);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => storage().put({ key, body: streamOf(bytes) })),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await bytesAt(key))?.equals(bytes)).toBe(true);
    await storage().remove(key);
    expect(await isEmptyOf(key)).toBe(true);
  });

  test("When callers store different bytes under one key at once, then one wins and the others fail", async () => {
    const key = newKey();
    const offers = Array.from({ length: 5 }, () => randomBytes(300_000));
    const outcomes = await Promise.allSettled(offers.map((body) => storage().put({ key, body })));
    const won = offers.filter((_bytes, index) => outcomes[index]?.status === "fulfilled");
    expect(won).toHaveLength(1);
    expect((await bytesAt(key))?.equals(won[0] ?? Buffer.alloc(0))).toBe(true);
  });

  test("When a reader leaves midway, then the stream is closed", async () => {
    const key = newKey();
    await storage().put({ key, body: randomBytes(3_000_000) });
    const stream = await storage().read(key);
    if (!stream) throw new Error("not found");
    stream.on("error", () => undefined);
    await once(stream, "readable");
    stream.destroy();
    await once(stream, "close");
  });

  test("When a key looks like a path, then it is only a key", async () => {
    const keys = ["../../etc/passwd", "a/../b", "/b", "b", "b?x=1&type=upload", "b%2F"];
    for (const key of keys) await storage().put({ key, body: Buffer.from(key) });
    for (const key of keys) expect((await bytesAt(key))?.toString()).toBe(key);
  });
});

describe("GridFS in particular", () => {
  const storage = (): Storage => drivers.gridfs as Storage;

  test("When a process was killed while it stored, then nothing can be read, and a removal clears it", async () => {
    const key = newKey();
    let inserted = 0;
    const insertOne = mongoose.mongo.Collection.prototype.insertOne;
    // The third chunk and everything after it never happens.
    jest.spyOn(mongoose.mongo.Collection.prototype, "insertOne").mockImplementation(function (
      this: mongoose.mongo.Collection,
      ...given
    ) {
      if (this.collectionName === "storage.chunks") inserted += 1;
      return inserted > 2 ? new Promise(() => undefined) : Reflect.apply(insertOne, this, given);
    });
    void storage().put({ key, body: randomBytes(900_000) });
    while (inserted < 3) await new Promise((resolve) => setImmediate(resolve));
    jest.restoreAllMocks();
    expect(await countOf("storage.files", { "metadata.key": key })).toBe(1);
    expect(await storage().read(key)).toBeNull();
    await storage().put({ key, body: Buffer.from("again") });
    await storage().remove(key);
    expect(await countOf("storage.files", { "metadata.key": key })).toBe(0);
  });

  test("When 50 MB are stored and read, then memory stays bounded", async () => {
    const key = newKey();
    // Compared with the first 5 MB, when every buffer on the way is in use.
    const measured: number[] = [];
    const measure = async () => measured.push(await retainedBytes());
    const source = async function* () {
      for (let part = 0; part < 500; part += 1) {
        if (part % 50 === 49) await measure();
        yield randomBytes(100_000);
      }
    };
    await storage().put({ key, body: Readable.from(source()) });
    let read = 0;
    for await (const bytes of (await storage().read(key)) ?? []) {
      if (Math.floor(read / 5e6) < Math.floor((read + bytes.length) / 5e6)) await measure();
      read += bytes.length;
    }
    expect(read).toBe(50_000_000);
    expect(measured.length).toBeGreaterThan(15);
    expect(Math.max(...measured) - (measured[0] ?? 0)).toBeLessThan(25_000_000);
    await storage().remove(key);
  });

  test("When a chunk is lost, then the reader gets an error and not half a file", async () => {
    const key = newKey();
    await storage().put({ key, body: randomBytes(900_000) });
    const row = await connections()?.collection("storage.files").findOne({ filename: key });
    await connections()?.collection("storage.chunks").deleteOne({ files_id: row?._id, n: 2 });
    const stream = await storage().read(key);
    await expect(stream && buffer(stream)).rejects.toThrow();
  });

  test("When files are found, then by an index", async () => {
    for (const filter of [{ filename: "k" }, { "metadata.key": "k" }]) {
      const plan = await connections()?.collection("storage.files").find(filter).explain("queryPlanner");
      expect(JSON.stringify(plan?.queryPlanner.winningPlan)).toContain("IXSCAN");
    }
  });
});

describe("Cloudinary in trouble", () => {
  const storage = (): Storage => drivers.impatient as Storage;
  const PATHS = { put: "upload", read: "download", remove: "destroy" } as const;
  const failWith = (call: keyof typeof PATHS, rule: Omit<FaultRule, "match">) =>
    sandbox.control.faults.add({ service: "cloudinary", match: PATHS[call], ...rule });
  const stored = (key: string) => sandbox.control.cloudinary.files().some(({ publicId }) => publicId === key);
  const calls = {
    put: (key: string) => storage().put({ key, body: streamOf(randomBytes(300_000)) }),
    read: (key: string) => storage().read(key),
    remove: (key: string) => storage().remove(key),
  };

  /** Consecutive faults open the breaker; a success closes it again. */
  afterEach(async () => {
    sandbox.control.faults.clear();
    const deadline = Date.now() + 15_000;
    for (;;) {
      try {
        await storage().read("nothing");
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });

  const TROUBLES: [string, Omit<FaultRule, "match">, string][] = [
    ["answers 500", { action: "status", status: 500 }, "UpstreamBadResponseError"],
    ["answers 503", { action: "status", status: 503 }, "UpstreamUnavailableError"],
    ["answers 429", { action: "status", status: 429 }, "UpstreamUnavailableError"],
    ["does not answer", { action: "hang" }, "UpstreamTimeoutError"],
    ["cuts the connection", { action: "reset-before" }, "UpstreamBadResponseError"],
  ];

  describe.each(["put", "read", "remove"] as const)("%s", (call) => {
    test.each(TROUBLES)("When Cloudinary %s, then the typed error is thrown", async (_what, rule, error) => {
      const key = newKey();
      if (call !== "put") await storage().put({ key, body: Buffer.from("kept") });
      failWith(call, rule);
      await expect(calls[call](key)).rejects.toMatchObject({ name: error });
      // Nothing was stored, and nothing removed.
      expect(stored(key)).toBe(call !== "put");
    });
  });

  test.each<[string, Omit<FaultRule, "match">]>([
    ["is not JSON", { action: "garbage" }],
    ["is a page of HTML", { action: "html" }],
    ["has wrong types", { action: "wrong-types" }],
    ["ends early", { action: "truncate" }],
    ["drips", { action: "slow-drip", delayMs: 200 }],
    ["is lost", { action: "reset-after" }],
  ])(
    "When the answer to an upload %s, then it has failed, and a repeat finds the file",
    async (_what, rule) => {
      const key = newKey();
      const body = randomBytes(300_000);
      failWith("put", rule);
      await expect(storage().put({ key, body })).rejects.toMatchObject({
        name: expect.stringMatching(/^Upstream/),
      });
      sandbox.control.faults.clear();
      expect(await storage().put({ key, body })).toMatchObject({ size: 300_000, sha256: sha256(body) });
    },
  );

  test("When a download is cut off or stalls, then its stream fails", async () => {
    const key = newKey();
    await storage().put({ key, body: randomBytes(300_000) });
    failWith("read", { action: "truncate", times: 1 });
    const cut = await storage().read(key);
    await expect(cut && buffer(cut)).rejects.toThrow();
    failWith("read", { action: "slow-drip", delayMs: 5_000, times: 1 });
    const stalled = await storage().read(key);
    await expect(stalled && buffer(stalled)).rejects.toThrow();
  });

  test("When a reader is slower than the time-out, then the download goes on", async () => {
    const key = newKey();
    const bytes = randomBytes(5_000_000);
    await drivers.cloudinary?.put({ key, body: bytes });
    const stream = await storage().read(key);
    if (!stream) throw new Error("not found");
    await new Promise((resolve) => setTimeout(resolve, 2 * TIMEOUT_MS));
    expect((await buffer(stream)).equals(bytes)).toBe(true);
  });

  test("When Cloudinary is away, then nothing was sent, and it is unavailable", async () => {
    const { createCloudinary } = await import("../../../services/platform/storage/cloudinary.driver.js");
    const { cloudinary } = sandbox.urls;
    const away = createCloudinary({
      url: String(sandbox.env.CLOUDINARY_URL).replace(cloudinary, "http://127.0.0.1:9"),
      timeoutMs: TIMEOUT_MS,
    });
    const unavailable = { name: "UpstreamUnavailableError" };
    await expect(away.put({ key: newKey(), body: streamOf(Buffer.from("x")) })).rejects.toMatchObject(
      unavailable,
    );
    await expect(away.read(newKey())).rejects.toMatchObject(unavailable);
    await expect(away.remove(newKey())).rejects.toMatchObject(unavailable);
    // The SDK has one account per process.
    createCloudinary({ url: String(sandbox.env.CLOUDINARY_URL), timeoutMs: TIMEOUT_MS });
  });
});
