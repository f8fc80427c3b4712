import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { Types } from "mongoose";
import type { FileDoc } from "../../../models/index.js";
import { startWorld, type World } from "../../support/world.js";

/** The same files with `STORAGE_DRIVER=cloudinary`: over HTTP, in trouble, and after a change of the driver. */

const DAY = 86_400_000;

let world: World;
let files: typeof import("../../../services/platform/files.service.js");
let expectEnvelope: typeof import("../../support/http-assertions.js")["expectEnvelope"];
let setClock: (shiftMs: number) => void;
beforeAll(async () => {
  world = await startWorld({ STORAGE_DRIVER: "cloudinary" });
  files = await import("../../../services/platform/files.service.js");
  ({ expectEnvelope } = await import("../../support/http-assertions.js"));
  ({ setClock } = await import("../../../utils/clock.js"));
});
afterEach(async () => {
  setClock(0);
  world.sandbox.control.faults.clear();
  world.sandbox.control.cloudinary.reset();
  await world.db.collection("files").deleteMany({});
});
afterAll(() => world.stop());

const BYTES = randomBytes(200_000);
const aFile = (more: { body?: Readable | Buffer; expiresAt?: Date } = {}) => ({
  ...{ purpose: "invoice", resourceId: new Types.ObjectId(), name: "x.pdf", contentType: "application/pdf" },
  ...{ body: BYTES, expiresAt: null, dedupeKey: randomBytes(6).toString("hex") },
  ...more,
});
const stored = () => world.sandbox.control.cloudinary.files();
const download = (file: FileDoc) => {
  const { pathname, search } = new URL(files.fileLink(file, 900));
  return world.http.get(`${pathname}${search}`);
};

test("When a file is saved, then Cloudinary keeps it, and its link opens it here", async () => {
  const file = await files.saveFile(aFile({ body: Readable.from([BYTES]) }));
  expect(file).toMatchObject({ driver: "cloudinary", size: BYTES.length });
  expect(stored()).toEqual([{ publicId: file.storageKey, bytes: BYTES.length }]);
  const answer = await download(file).responseType("blob");
  expect(answer.status).toBe(200);
  expect(BYTES.equals(answer.body)).toBe(true);
  expect(answer.headers["content-type"]).toBe("application/pdf");
});

test("When a file has expired, then it is removed from Cloudinary too; while that fails, it stays for the next night", async () => {
  await files.saveFile(aFile({ expiresAt: new Date(Date.now() + DAY) }));
  setClock(2 * DAY);
  world.sandbox.control.faults.add({
    service: "cloudinary",
    match: "destroy",
    action: "status",
    status: 500,
  });
  await world.runJob("retention");
  expect([stored().length, await world.db.collection("files").countDocuments()]).toEqual([1, 1]);
  world.sandbox.control.faults.clear();
  await world.runJob("retention");
  expect([stored().length, await world.db.collection("files").countDocuments()]).toEqual([0, 0]);
});

test("When Cloudinary fails, then saving and downloading answer with a typed error, and a repeat succeeds", async () => {
  const { faults } = world.sandbox.control;
  const file = aFile();
  faults.add({ service: "cloudinary", match: "upload", action: "status", status: 500 });
  await expect(files.saveFile(file)).rejects.toMatchObject({ code: "UPSTREAM_BAD_RESPONSE" });
  expect(await files.findFile(file.dedupeKey)).toBeNull();
  faults.clear();
  const saved = await files.saveFile(file);
  faults.add({ service: "cloudinary", match: "download", action: "status", status: 503 });
  expect(expectEnvelope(await download(saved), 503).error?.code).toBe("UPSTREAM_UNAVAILABLE");
  faults.clear();
  faults.add({ service: "cloudinary", match: "download", action: "truncate" });
  await expect(download(saved)).rejects.toThrow(/aborted|hang up/);
  faults.clear();
  expect((await download(saved)).status).toBe(200);
});

test("When a file was stored in the database before the driver changed, then it can still be read", async () => {
  const { storageOf } = await import("../../../services/platform/storage.service.js");
  const file = await files.saveFile(aFile());
  await storageOf("gridfs").put({ key: file.storageKey, body: Buffer.from("older") });
  await world.db.collection("files").updateOne({ _id: file._id }, { $set: { driver: "gridfs", size: 5 } });
  const answer = await download({ ...file, driver: "gridfs" }).responseType("blob");
  expect(answer.body.toString()).toBe("older");
});
