import { type mongo, Types } from "mongoose";
import sharp from "sharp";
import type { Response } from "supertest";
import type { ReturnDoc } from "../../../models/index.js";
import { aBomb, aPhoto, colourAt, NOT_PHOTOS, SECRET } from "../../support/photos.js";
import { type Buyer, done, refused, unknownId, useShop } from "../checkout/shop-world.js";
import { anyReturn } from "./any-return.js";

/** Photos of returns: who may add them, what is stored, and what is refused. */

const DAY = 86_400_000;
const LINE = new Types.ObjectId();
const OTHER_LINE = new Types.ObjectId();
const ITEM = {
  productId: "p",
  sku: "s",
  name: "Hair oil",
  quantity: 1,
  reason: "damaged",
  condition: null,
} as const;

const shop = useShop();
let buyer: Buyer;
let expectEnvelope: typeof import("../../support/http-assertions.js")["expectEnvelope"];
beforeAll(async () => {
  ({ expectEnvelope } = await import("../../support/http-assertions.js"));
});
beforeEach(async () => {
  buyer = shop().guest();
  for (const name of ["returns", "files", "storage.files", "storage.chunks", "auditLogs"])
    await shop().db.collection(name).deleteMany({});
});
afterEach(async () => {
  jest.restoreAllMocks();
  (await import("../../../utils/clock.js")).setClock(0);
});

/** A return of the buyer's with two lines, in the collection. */
async function insertReturn(given: Partial<ReturnDoc> = {}): Promise<string> {
  const items = [LINE, OTHER_LINE].map((orderItemId) => ({ ...ITEM, orderItemId }));
  const { userId: _other, ...row } = anyReturn({ status: "requested", items, ...given });
  await shop()
    .db.collection("returns")
    .insertOne({ ...row, ...("sessionId" in buyer.as ? { sessionId: buyer.as.sessionId } : {}) });
  return row._id.toHexString();
}

interface Upload {
  line?: Types.ObjectId | string | null;
  /** Default: the buyer. */
  as?: Buyer["as"];
  name?: string;
  type?: string;
  field?: string;
}

async function upload(id: string, photos: readonly Buffer[], given: Upload = {}): Promise<Response> {
  const { line = LINE, as = buyer.as, name = "photo.jpg", type = "image/jpeg", field = "images" } = given;
  const side = as === admin() ? "/admin" : "";
  const sent = shop().http.post(`/api${side}/returns/${id}/images`);
  if ("token" in as) sent.set("Authorization", `Bearer ${as.token}`);
  else sent.set("X-Session-Id", as.sessionId);
  if (line) sent.field("orderItemId", String(line));
  for (const photo of photos) sent.attach(field, photo, { filename: name, contentType: type });
  const answer = await sent;
  expectEnvelope(answer, answer.status);
  return answer;
}

let adminCaller: { token: string } | undefined;
function admin(): { token: string } {
  adminCaller ??= { token: shop().sandbox.tokens.admin };
  return adminCaller;
}

const find = (name: string, filter: mongo.Document = {}) =>
  shop().db.collection(name).find(filter).sort({ _id: 1 }).toArray();
const imagesOf = async (id: string): Promise<ReturnDoc["images"]> => {
  const [found] = await find("returns", { _id: new Types.ObjectId(id) });
  return found?.images;
};
/** Rows of files, and what the storage holds. */
const kept = async () => [(await find("files")).length, (await find("storage.files")).length];
const images = (count: number, addedBy: "customer" | "admin" = "customer"): ReturnDoc["images"] =>
  Array.from({ length: count }, () => ({
    ...{ fileId: new Types.ObjectId(), orderItemId: LINE, addedBy, at: new Date() },
  }));

async function open(url: string): Promise<Buffer> {
  const { pathname, search } = new URL(url);
  const answer = await shop().http.get(pathname + search);
  expect([answer.status, answer.headers["content-type"]]).toEqual([200, "image/jpeg"]);
  // A page of the storefront shows it.
  expect(answer.headers["cross-origin-resource-policy"]).toBe("cross-origin");
  return answer.body;
}

describe("A photo of a return", () => {
  test("When its owner adds one, then it is stored upright and without metadata, and the link shows it", async () => {
    const id = await insertReturn();
    const photo = await aPhoto({ exif: true, orientation: 6 });
    expect(photo.includes(SECRET)).toBe(true);
    const name = "../../etc/passwd.php";
    const view = done(await upload(id, [photo], { name, type: "text/html" }));
    expect(view).toMatchObject({ id, status: "requested", images: [{ orderItemId: LINE.toHexString() }] });

    const [file] = await find("files");
    expect(await imagesOf(id)).toEqual([
      { fileId: file?._id, orderItemId: LINE, addedBy: "customer", at: expect.any(Date) },
    ]);
    expect(view.images[0].id).toBe(file?._id.toHexString());
    expect(file).toMatchObject({
      ...{ purpose: "return_image", resourceId: new Types.ObjectId(id), name: "ORD-2020-000001-return.jpg" },
      ...{ contentType: "image/jpeg", expiresAt: null },
    });
    const shown = await open(view.images[0].url);
    expect(await sharp(shown).metadata()).toMatchObject({ format: "jpeg", width: 80, height: 120 });
    expect(await colourAt(shown, "top")).toBe("red");
    for (const text of [SECRET, "Exif", "GPS"]) expect(shown.includes(text)).toBe(false);
    expect(JSON.stringify(await find("files"))).not.toContain("passwd");
  });

  test("When an admin adds PNG and WebP, then they are the warehouse's, and the audit log names the admin", async () => {
    const id = await insertReturn({ status: "received", images: images(10) });
    const photos = [await aPhoto({ format: "png" }), await aPhoto({ format: "webp" })];
    const view = done(await upload(id, photos, { as: admin(), line: OTHER_LINE }));
    expect(view.inspectionImages).toHaveLength(2);
    expect(view.images).toHaveLength(10);
    for (const { url, orderItemId } of view.inspectionImages) {
      expect(orderItemId).toBe(OTHER_LINE.toHexString());
      expect(await sharp(await open(url)).metadata()).toMatchObject({
        format: "jpeg",
        width: 120,
        height: 80,
      });
    }
    const added = (await imagesOf(id)).slice(10);
    expect(added).toMatchObject([{ addedBy: "admin" }, { addedBy: "admin" }]);
    const ids = added.map(({ fileId }) => fileId.toHexString());
    expect(await find("auditLogs", { resourceId: id })).toMatchObject([
      {
        ...{ actorType: "admin", action: "return.images", resourceType: "return" },
        after: { orderItemId: OTHER_LINE.toHexString(), images: ids },
      },
    ]);
  });

  test("When the same photo is sent again, twice in one form or at the same moment, then it is added once", async () => {
    const id = await insertReturn();
    const [one, two] = [await aPhoto(), await aPhoto()];
    const answers = await Promise.all([upload(id, [one, one]), upload(id, [one]), upload(id, [one, two])]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const again = done(await upload(id, [two, one]));
    expect(again.images).toHaveLength(2);
    expect(await imagesOf(id)).toHaveLength(2);
    expect(await kept()).toEqual([2, 2]);
    // For another line, and by the warehouse, it is another one.
    done(await upload(id, [one], { line: OTHER_LINE }));
    done(await upload(id, [one], { as: admin() }));
    expect(await imagesOf(id)).toHaveLength(4);
  });
});

describe("A form of photos", () => {
  test("When a file is not a photo, damaged or a bomb, then none of the form is added and nothing is stored", async () => {
    const id = await insertReturn();
    const good = await aPhoto();
    for (const bytes of Object.values(NOT_PHOTOS))
      refused(await upload(id, [good, bytes]), 415, "UNSUPPORTED_MEDIA_TYPE");
    const large = await aPhoto({ width: 600, height: 600 });
    for (const bytes of [large.subarray(0, large.length * 0.6), aBomb()])
      refused(await upload(id, [good, bytes]), 400, "INVALID_IMAGE");
    expect([await imagesOf(id), await kept()]).toEqual([[], [0, 0]]);
  });

  test("When it has too many or too large files, none, or none of this return, then it is refused", async () => {
    const id = await insertReturn();
    const good = await aPhoto();
    refused(await upload(id, [Buffer.alloc(5_000_001, good)]), 413, "PAYLOAD_TOO_LARGE");
    const [tooMany] = refused(await upload(id, Array(6).fill(good)), 400, "VALIDATION_ERROR");
    expect(tooMany.path).toBe("images");
    expect(refused(await upload(id, []), 400, "VALIDATION_ERROR")).toMatchObject([{ path: "images" }]);
    const wrong: [Upload, string][] = [
      [{ line: null }, "orderItemId"],
      [{ line: "x" }, "orderItemId"],
      [{ line: unknownId() }, "orderItemId"],
      [{ field: "photo" }, "photo"],
    ];
    for (const [given, path] of wrong)
      expect(refused(await upload(id, [good], given), 400, "VALIDATION_ERROR")).toMatchObject([{ path }]);
    const json = await buyer.post(`/api/returns/${id}/images`, { orderItemId: LINE.toHexString() });
    expect(refused(json, 400, "VALIDATION_ERROR")).toMatchObject([{ path: "images" }]);
    expect([await imagesOf(id), await kept()]).toEqual([[], [0, 0]]);
  });

  test("When the return is another person's or unknown, then both are the same 404", async () => {
    const id = await insertReturn();
    const photos = [await aPhoto()];
    const texts = new Set<string>();
    for (const as of [shop().guest().as, shop().customer("asha").as]) {
      for (const which of [id, unknownId()]) {
        const answer = await upload(which, photos, { as });
        refused(answer, 404, "RETURN_NOT_FOUND");
        texts.add(answer.text);
      }
    }
    expect(texts.size).toBe(1);
    refused(await upload(unknownId(), photos, { as: admin() }), 404, "RETURN_NOT_FOUND");
    expect([await imagesOf(id), await kept()]).toEqual([[], [0, 0]]);
  });

  test("When the return is inspected or closed, then nobody can add photos", async () => {
    const inspection = { items: [], notes: null, inspectedById: "admin-1", at: new Date() };
    const closed: Partial<ReturnDoc>[] = [
      { status: "rejected" },
      { status: "completed" },
      { status: "received", inspectionStatus: "pass", inspection },
    ];
    const photos = [await aPhoto()];
    for (const given of closed) {
      const id = await insertReturn(given);
      for (const as of [buyer.as, admin()]) refused(await upload(id, photos, { as }), 400, "RETURN_NOT_OPEN");
      expect(await imagesOf(id)).toEqual([]);
    }
    expect(await kept()).toEqual([0, 0]);
  });

  test("When two forms want the last place at once, then one gets it, and the other's photo expires", async () => {
    const id = await insertReturn({ images: images(9) });
    const answers = await Promise.all([upload(id, [await aPhoto()]), upload(id, [await aPhoto()])]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    const late = answers.find(({ status }) => status === 400);
    if (late) refused(late, 400, "TOO_MANY_IMAGES");
    expect(await imagesOf(id)).toHaveLength(10);
    // Before anything is decoded or stored.
    const before = await kept();
    const details = refused(await upload(id, [await aPhoto()]), 400, "TOO_MANY_IMAGES");
    expect(details).toEqual({ present: 10, allowed: 10 });
    expect(await kept()).toEqual(before);
    done(await upload(id, [await aPhoto()], { as: admin() }));
    await runRetention();
    expect(await find("files", { expiresAt: { $ne: null } })).toEqual([]);
    expect(await kept()).toEqual([2, 2]);
  });
});

/** Two days later, the job deletes what is not attached. */
async function runRetention(): Promise<void> {
  (await import("../../../utils/clock.js")).setClock(2 * DAY);
  await shop().runJob("retention");
}

describe("A crash", () => {
  test("When it comes before the photo is attached, then a repeat attaches it, and it stays", async () => {
    const id = await insertReturn();
    const photo = await aPhoto();
    const { Return } = await import("../../../models/index.js");
    jest.spyOn(Return, "findOneAndUpdate").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    expect((await upload(id, [photo])).status).toBe(500);
    const [stored] = await find("files");
    expect(stored?.expiresAt.getTime()).toBeGreaterThan(Date.now() + DAY / 2);
    expect(await imagesOf(id)).toEqual([]);

    done(await upload(id, [photo]));
    expect(await imagesOf(id)).toMatchObject([{ fileId: stored?._id }]);
    await runRetention();
    expect(await find("files")).toMatchObject([{ _id: stored?._id, expiresAt: null }]);
    expect(await kept()).toEqual([1, 1]);
  });

  test("When nobody repeats it, then the photo is deleted, and can be sent anew", async () => {
    const id = await insertReturn();
    const photo = await aPhoto();
    const { Return } = await import("../../../models/index.js");
    jest.spyOn(Return, "findOneAndUpdate").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    expect((await upload(id, [photo])).status).toBe(500);
    await runRetention();
    expect(await kept()).toEqual([0, 0]);
    done(await upload(id, [photo]));
    expect([await kept(), (await imagesOf(id)).length]).toEqual([[1, 1], 1]);
  });

  test("When retention has found a photo that is then attached, then it is not deleted", async () => {
    const id = await insertReturn();
    const { setClock } = await import("../../../utils/clock.js");
    const files = await import("../../../services/platform/files.service.js");
    const { Return } = await import("../../../models/index.js");
    const photo = await aPhoto();
    jest.spyOn(Return, "findOneAndUpdate").mockImplementationOnce(() => {
      throw new Error("killed");
    });
    expect((await upload(id, [photo])).status).toBe(500);
    setClock(2 * DAY);
    const [found] = await files.findExpiredFiles(10);
    setClock(0);
    done(await upload(id, [photo]));
    setClock(2 * DAY);
    if (!found) throw new Error("no file has expired");
    await files.deleteExpiredFile(found);
    expect(await kept()).toEqual([1, 1]);
  });
});
