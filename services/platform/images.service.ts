import { BulkheadRejectedError, bulkhead } from "cockatiel";
import type { Sharp } from "sharp";
import { OverloadedError, RuleError, UnsupportedMediaTypeError } from "../../utils/errors.js";

/** Photos as they are stored, whatever they were uploaded as: one type that every client shows. */
export const IMAGE_TYPE = "image/jpeg";

/** Of the longer side. Enough to see a scratch. */
const MAX_SIDE = 2_048;
/** White is what a transparent picture is usually seen on; JPEG has no transparency. */
const BACKGROUND = "#ffffff";
const QUALITY = 82;
/**
 * The largest photos that phones take by default have 24 million. A file of a few kilobytes can declare billions, and
 * some formats are decoded as a whole: a progressive JPEG of this size takes 220 MB.
 */
const MAX_PIXELS = 30_000_000;
/** Node has four threads for files, names and images; two stay free. Together with `MAX_PIXELS`, it bounds the memory. */
const AT_ONCE = 2;
/** A photo of a phone takes about half a second: the last of them waits five. */
const MAX_WAITING = 20;
/** For waiting, and again for the work itself. Real photos take up to 5 s. */
const TIME_LIMIT_S = 10;

const slots = bulkhead(AT_ONCE, MAX_WAITING);

/** The only decoders that may run: the library has more, for SVG, TIFF and AVIF among others. */
const DECODERS = ["VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp"];

type Library = typeof import("sharp").default;
let library: Promise<Library> | undefined;

/** Loaded with the first photo: it takes 30 MB of memory. */
function getLibrary(): Promise<Library> {
  library ??= import("sharp").then(({ default: sharp }) => {
    sharp.block({ operation: ["VipsForeignLoad"] });
    sharp.unblock({ operation: DECODERS });
    // One thread per photo, and nothing kept in memory between photos.
    sharp.concurrency(1);
    sharp.cache(false);
    return sharp;
  });
  return library;
}

const startsWith = (bytes: Buffer, hex: string, at = 0): boolean =>
  bytes.subarray(at, at + hex.length / 2).toString("hex") === hex;

const isJpeg = (bytes: Buffer): boolean => startsWith(bytes, "ffd8ff");
const isPng = (bytes: Buffer): boolean => startsWith(bytes, "89504e470d0a1a0a");
/** "RIFF", four bytes of length, "WEBP". */
const isWebp = (bytes: Buffer): boolean =>
  startsWith(bytes, "52494646") && startsWith(bytes, "57454250", "RIFF....".length);

/**
 * Turns an uploaded photo into one that is safe to store and show: decoded and encoded again, upright, at most 2,048
 * pixels on the longer side, without metadata (place, time, device) and without anything hidden behind the picture.
 * @param bytes JPEG, PNG or WebP, told by the content alone
 * @returns JPEG in sRGB
 * @throws UnsupportedMediaTypeError for any other content
 * @throws RuleError INVALID_IMAGE for a damaged image, or one with too many pixels
 * @throws OverloadedError when too many photos wait, or when it takes too long
 */
export async function normaliseImage(bytes: Buffer): Promise<Buffer> {
  if (!isJpeg(bytes) && !isPng(bytes) && !isWebp(bytes))
    throw new UnsupportedMediaTypeError("Send photos as JPEG, PNG or WebP");
  const sharp = await getLibrary();
  const giveUpAt = performance.now() + TIME_LIMIT_S * 1_000;
  try {
    return await slots.execute(() => {
      if (performance.now() > giveUpAt) throw new OverloadedError();
      // `error` refuses what is truncated or damaged, and accepts the harmless oddities of many cameras.
      const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: "error", autoOrient: true });
      return encode(image);
    });
  } catch (error) {
    throw error instanceof BulkheadRejectedError ? new OverloadedError() : error;
  }
}

async function encode(image: Sharp): Promise<Buffer> {
  try {
    // Without `keepMetadata` and its like, nothing but the pixels is written.
    return await image
      .timeout({ seconds: TIME_LIMIT_S })
      .resize({ width: MAX_SIDE, height: MAX_SIDE, fit: "inside", withoutEnlargement: true })
      .flatten({ background: BACKGROUND })
      .jpeg({ quality: QUALITY })
      .toBuffer();
  } catch (error) {
    // The library tells its errors apart by their text only.
    if (error instanceof Error && error.message.startsWith("timeout")) throw new OverloadedError();
    throw new RuleError(
      "INVALID_IMAGE",
      "A photo is damaged, or has more than 30 million pixels; send another one",
    );
  }
}
