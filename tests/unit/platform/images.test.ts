import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { normaliseImage } from "../../../services/platform/images.service.js";
import { OverloadedError, UnsupportedMediaTypeError } from "../../../utils/errors.js";
import { aBomb, aPhoto, colourAt, NOT_PHOTOS, SECRET } from "../../support/photos.js";

const invalid = expect.objectContaining({ code: "INVALID_IMAGE", statusCode: 400 });

describe("a normalised image", () => {
  it.each(["jpeg", "png", "webp"] as const)(
    "When a photo is %s, then it becomes a JPEG of the same size",
    async (format) => {
      const normalised = await normaliseImage(await aPhoto({ format }));
      expect(await sharp(normalised).metadata()).toMatchObject({
        ...{ format: "jpeg", width: 120, height: 80, space: "srgb" },
      });
      expect([await colourAt(normalised, "left"), await colourAt(normalised, "right")]).toEqual([
        "red",
        "blue",
      ]);
    },
  );

  it("When a photo has metadata, then the image has none, and nothing of what follows the picture", async () => {
    const photo = Buffer.concat([await aPhoto({ exif: true }), Buffer.from("<script>hidden</script>")]);
    expect(photo.includes(SECRET)).toBe(true);
    const normalised = await normaliseImage(photo);
    const { exif, xmp, iptc, icc, orientation } = await sharp(normalised).metadata();
    expect([exif, xmp, iptc, icc, orientation]).toEqual(Array(5).fill(undefined));
    for (const text of [SECRET, "GPS", "Exif", "<script>"]) expect(normalised.includes(text)).toBe(false);
  });

  it.each([
    [3, 120, 80, "right"],
    [6, 80, 120, "top"],
    [8, 80, 120, "bottom"],
  ] as const)(
    "When the camera was held in orientation %i, then the image is %i × %i and red at the %s",
    async (orientation, width, height, side) => {
      const normalised = await normaliseImage(await aPhoto({ orientation }));
      expect(await sharp(normalised).metadata()).toMatchObject({ width, height });
      expect(await colourAt(normalised, side)).toBe("red");
    },
  );

  it("When a photo is larger than 2,048 pixels, then it is scaled down; a small one is never enlarged", async () => {
    const wide = await normaliseImage(await aPhoto({ width: 4_100, height: 1_025, orientation: 6 }));
    expect(await sharp(wide).metadata()).toMatchObject({ width: 512, height: 2_048 });
    const line = await normaliseImage(await aPhoto({ format: "png", width: 3, height: 20_000 }));
    expect(await sharp(line).metadata()).toMatchObject({ width: 1, height: 2_048 });
  });

  it("When a photo is transparent, then it is seen on white", async () => {
    const normalised = await normaliseImage(await aPhoto({ format: "png", transparent: true }));
    expect(await colourAt(normalised, "left")).toBe("white");
  });

  it.each(Object.entries(NOT_PHOTOS))(
    "When the content is %s, then its type is refused",
    async (_what, bytes) => {
      await expect(normaliseImage(bytes)).rejects.toBeInstanceOf(UnsupportedMediaTypeError);
    },
  );

  it("When the content only starts like a photo, then it is refused", async () => {
    for (const start of ["ffd8ff", "89504e470d0a1a0a", "524946463c00000057454250"]) {
      const bytes = Buffer.concat([Buffer.from(start, "hex"), randomBytes(500)]);
      await expect(normaliseImage(bytes)).rejects.toEqual(invalid);
    }
  });

  it("When a photo is cut off, then it is refused", async () => {
    for (const format of ["jpeg", "png", "webp"] as const) {
      const photo = await aPhoto({ format, width: 400, height: 300 });
      await expect(normaliseImage(photo.subarray(0, photo.length * 0.6))).rejects.toEqual(invalid);
    }
  });

  it("When a small file declares too many pixels, then it is refused before they are decoded", async () => {
    const bomb = aBomb();
    expect(bomb.length).toBeLessThan(20_000);
    await expect(normaliseImage(bomb)).rejects.toEqual(invalid);
  });
});

describe("the queue of images", () => {
  it("When more photos wait than may, then the rest is refused, and later ones are accepted", async () => {
    const photo = await aPhoto({ format: "png", width: 500, height: 500 });
    const answers = await Promise.allSettled(Array.from({ length: 30 }, () => normaliseImage(photo)));
    const refused = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason] : []));
    // Two at a time, and twenty that wait.
    expect(refused).toHaveLength(30 - 22);
    for (const error of refused) expect(error).toBeInstanceOf(OverloadedError);
    expect((await normaliseImage(photo)).length).toBeGreaterThan(0);
  });

  it("When an image takes too long, then it is overload, and so is one that has waited that long", async () => {
    const photo = await aPhoto();
    jest.spyOn(sharp.prototype, "toBuffer").mockRejectedValueOnce(new Error("timeout: 42% complete"));
    await expect(normaliseImage(photo)).rejects.toBeInstanceOf(OverloadedError);
    jest.spyOn(performance, "now").mockReturnValueOnce(0).mockReturnValueOnce(10_001);
    await expect(normaliseImage(photo)).rejects.toBeInstanceOf(OverloadedError);
  });
});
