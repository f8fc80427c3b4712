import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Types } from "mongoose";
import { profileOf } from "../../support/profiler.js";
import { startWorld, type World } from "../../support/world.js";

/** Files: stored once, opened by signed links, deleted when they expire. */

const DAY = 86_400_000;

let world: World;
let files: typeof import("../../../services/platform/files.service.js");
let setClock: (shiftMs: number) => void;
let expectEnvelope: typeof import("../../support/http-assertions.js")["expectEnvelope"];
let expectDeclared: typeof import("../../support/http-assertions.js")["expectDeclared"];
beforeAll(async () => {
  world = await startWorld();
  files = await import("../../../services/platform/files.service.js");
  ({ setClock } = await import("../../../utils/clock.js"));
  ({ expectEnvelope, expectDeclared } = await import("../../support/http-assertions.js"));
});
afterEach(async () => {
  setClock(0);
  jest.restoreAllMocks();
  for (const name of ["files", "storage.files", "storage.chunks"])
    await world.db.collection(name).deleteMany({});
});
afterAll(() => world.stop());

const aFile = (more: Partial<Parameters<typeof files.saveFile>[0]> = {}) => ({
  purpose: "invoice",
  resourceId: new Types.ObjectId(),
  name: "INV-2026-000001.pdf",
  contentType: "application/pdf",
  body: Buffer.from("%PDF-1.7 some bytes"),
  dedupeKey: `test:${randomBytes(6).toString("hex")}`,
  expiresAt: null,
  ...more,
});
const count = (name: string, filter = {}) => world.db.collection(name).countDocuments(filter);
const kept = async () => [await count("files"), await count("storage.files"), await count("storage.chunks")];
const pathOf = (link: string) => link.replace("http://localhost:3003", "").replace(world.url, "");
const open = (path: string) => world.http.get(path);

describe("A file", () => {
  test("When it is saved, then its row has its size and hash, and its bytes can be read", async () => {
    const body = randomBytes(700_000);
    const saved = await files.saveFile(aFile({ body: Readable.from([body]) }));
    expect(saved).toMatchObject({
      size: 700_000,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      driver: "gridfs",
    });
    expect((await buffer(await files.openFile(saved))).equals(body)).toBe(true);
    expect(await files.findFile(String(saved.dedupeKey))).toEqual(saved);
  });

  test("When it is saved again, then the first file is returned, and a stream is released unread", async () => {
    const file = aFile();
    const first = await files.saveFile(file);
    const body = new Readable({ read: () => undefined });
    expect(await files.saveFile({ ...file, body })).toEqual(first);
    expect(body.destroyed).toBe(true);
    expect(await kept()).toEqual([1, 1, 1]);
  });

  test("When ten callers save it at once with different bytes, then all get the same file, and one is kept", async () => {
    const file = aFile();
    const saved = await Promise.all(
      Array.from({ length: 10 }, () => files.saveFile({ ...file, body: randomBytes(1_000) })),
    );
    expect(new Set(saved.map(({ _id }) => _id.toHexString())).size).toBe(1);
    expect(await kept()).toEqual([1, 1, 1]);
  });

  test("When a stream fails, then its error is thrown, the file is not found, and a repeat succeeds", async () => {
    const file = aFile();
    const failing = Readable.from(
      (async function* () {
        yield randomBytes(300_000);
        throw new RangeError("no more");
      })(),
    );
    await expect(files.saveFile({ ...file, body: failing })).rejects.toThrow(new RangeError("no more"));
    expect(await files.findFile(file.dedupeKey)).toBeNull();
    expect((await files.saveFile(file)).size).toBe(19);
  });

  test("When a process was killed after the bytes were stored, then a repeat succeeds, and the rest goes after a day", async () => {
    const { File } = await import("../../../models/index.js");
    jest.spyOn(File, "findOneAndUpdate").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    const file = aFile();
    await expect(files.saveFile(file)).rejects.toThrow("killed");
    const again = await files.saveFile(file);
    expect(await kept()).toEqual([2, 2, 2]);
    expect(await runRetention()).toBe(0);
    setClock(DAY + 60_000);
    expect(await runRetention()).toBe(1);
    expect(await kept()).toEqual([1, 1, 1]);
    expect((await buffer(await files.openFile(again))).toString()).toBe("%PDF-1.7 some bytes");
  });

  test("When it has expired, then it is not found, and saving it makes a new one", async () => {
    const file = aFile({ expiresAt: new Date(Date.now() + DAY) });
    const first = await files.saveFile(file);
    setClock(2 * DAY);
    expect(await files.findFile(file.dedupeKey)).toBeNull();
    const second = await files.saveFile({ ...file, body: Buffer.from("new"), expiresAt: null });
    expect(second._id).not.toEqual(first._id);
    expect(await kept()).toEqual([1, 1, 1]);
  });
});

const runRetention = async (): Promise<number> => {
  const run = (await world.runJob("retention")) as { state: string; result: { files: number } };
  expect(run.state).toBe("completed");
  return run.result.files;
};

describe("Retention", () => {
  test("When files have expired, then rows and bytes are deleted, and all others stay", async () => {
    const saved = await files.saveFile(aFile());
    for (const days of [1, 2, 30])
      await files.saveFile(aFile({ expiresAt: new Date(Date.now() + days * DAY) }));
    setClock(3 * DAY);
    expect(await runRetention()).toBe(2);
    expect(await runRetention()).toBe(0);
    expect(await kept()).toEqual([2, 2, 2]);
    expect(await files.findFile(String(saved.dedupeKey))).not.toBeNull();
  });

  test("When a job was interrupted between bytes and row, then the next run finishes it", async () => {
    const file = await files.saveFile(aFile({ expiresAt: new Date(Date.now() + DAY) }));
    const { storageOf } = await import("../../../services/platform/storage.service.js");
    await storageOf("gridfs").remove(file.storageKey);
    await expect(files.openFile(file)).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    setClock(2 * DAY);
    expect(await runRetention()).toBe(1);
    expect(await kept()).toEqual([0, 0, 0]);
  });

  test("When expired files are searched, then by an index, past those that are kept for ever", async () => {
    await world.db
      .collection("files")
      .insertMany(Array.from({ length: 500 }, (_unused, n) => ({ expiresAt: null, name: `${n}` })));
    const rows = await profileOf(world.db, () => files.findExpiredFiles(10), { op: "query" });
    expect(rows).toMatchObject([{ planSummary: "IXSCAN { expiresAt: 1 }", docsExamined: 0 }]);
    expect(rows[0]?.hasSortStage).toBeUndefined();
  });
});

describe("GET /api/files/:fileId", () => {
  test("When the link is valid, then the file is sent, and a client that has it gets 304", async () => {
    const file = await files.saveFile(aFile());
    const path = pathOf(files.fileLink(file, 900));
    expect(path).toMatch(/^\/api\/files\/[0-9a-f]{24}\?expires=\d{10}&signature=[\w-]{43}$/);
    const answer = await open(path).responseType("blob");
    expectDeclared(answer);
    expect(answer.body.toString()).toBe("%PDF-1.7 some bytes");
    expect(answer.headers).toMatchObject({
      "content-type": "application/pdf",
      "content-length": "19",
      "content-disposition": "attachment; filename=INV-2026-000001.pdf",
      etag: `W/"${file.sha256}"`,
    });
    const again = await open(path).set("If-None-Match", String(answer.headers.etag));
    expect([again.status, again.text]).toEqual([304, ""]);
  });

  test("When a link is wrong in any way, then every answer is the same 404", async () => {
    const file = await files.saveFile(aFile());
    const other = await files.saveFile(aFile());
    const expired = await files.saveFile(aFile({ expiresAt: new Date(Date.now() - 1_000) }));
    const path = pathOf(files.fileLink(file, 900));
    const id = file._id.toHexString();
    const { File } = await import("../../../models/index.js");
    const { body: _body, ...described } = aFile();
    const unfinished = await File.create({
      ...described,
      ...{ driver: "gridfs", storageKey: "k", sha256: null, dedupeKey: null },
      expiresAt: new Date(Date.now() + DAY),
    });
    const wrong = [
      path.replace(id, other._id.toHexString()),
      path.replace(id, new Types.ObjectId().toHexString()),
      path.replace(id, id.toUpperCase()),
      path.replace(/expires=\d/, "expires=9"),
      path.replace(/signature=./, "signature=~"),
      path.replace(/&signature=.*/, ""),
      path.replace(/&signature=.*/, "&signature="),
      path.replace(/\?.*/, ""),
      path.replace(id, "..%2F..%2Fetc%2Fpasswd"),
      path.replace(id, encodeURIComponent(file.storageKey)),
      path.replace(id, encodeURIComponent(file.name)),
      path.replace(id, "%24ne"),
      pathOf(files.fileLink(file, -1)),
      pathOf(files.fileLink(expired, 900)),
      pathOf(files.fileLink(unfinished.toObject(), 900)),
    ];
    const texts = new Set<string>();
    for (const link of wrong) {
      const answer = await open(link);
      expect(expectEnvelope(answer, 404).error?.code).toBe("FILE_NOT_FOUND");
      texts.add(answer.text);
    }
    expect(texts.size).toBe(1);
    expect((await open(path)).status).toBe(200);
  });

  test("When the storage has lost the bytes, then it is 404 and not an empty file", async () => {
    const file = await files.saveFile(aFile());
    await world.db.collection("storage.files").deleteMany({});
    const answer = await open(pathOf(files.fileLink(file, 900)));
    expect(expectEnvelope(answer, 404).error?.code).toBe("FILE_NOT_FOUND");
  });
});
