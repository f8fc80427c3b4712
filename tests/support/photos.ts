import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";

/** Photos, and files that look like photos. */

/** In the metadata of photos with `exif`; no stored photo may contain it. */
export const SECRET = "Meera's telephone";

interface PhotoOptions {
  format?: "jpeg" | "png" | "webp";
  width?: number;
  height?: number;
  /** How the camera was held, as EXIF has it; 6: a quarter turn. */
  orientation?: number;
  /** With the device and the place. */
  exif?: boolean;
  transparent?: boolean;
}

/** A photo that no other call returns. The left half is red, the right half blue. */
export function aPhoto({
  format = "jpeg",
  width = 120,
  height = 80,
  orientation,
  exif,
  transparent,
}: PhotoOptions = {}): Promise<Buffer> {
  const channels = transparent ? 4 : 3;
  const pixels = Buffer.alloc(width * height * channels);
  for (let at = 0; at < width * height; at += 1) {
    const isLeft = at % width < width / 2;
    pixels.set(isLeft ? [200, 0, 0] : [0, 0, 200], at * channels);
  }
  // In the middle, where neither half is measured.
  randomBytes(3).copy(pixels, Math.floor(width / 2) * channels);
  let image = sharp(pixels, { raw: { width, height, channels } });
  if (exif)
    image = image.withExif({
      IFD0: { Model: SECRET },
      IFD3: { GPSLatitudeRef: "N", GPSLatitude: "12/1 58/1 0/1", GPSLongitudeRef: "E" },
    });
  if (orientation) image = image.withMetadata({ orientation });
  return image.toFormat(format, { quality: 95 }).toBuffer();
}

/** The colour near the middle of a side. */
export async function colourAt(photo: Buffer, side: "left" | "right" | "top" | "bottom"): Promise<string> {
  const { data, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const column = { left: 0.1, right: 0.9, top: 0.5, bottom: 0.5 }[side];
  const row = { left: 0.5, right: 0.5, top: 0.1, bottom: 0.9 }[side];
  const at = (Math.floor(height * row) * width + Math.floor(width * column)) * channels;
  const [red = 0, green = 0, blue = 0] = data.subarray(at, at + 3);
  if (red > 240 && green > 240 && blue > 240) return "white";
  return red > blue ? "red" : "blue";
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A hundred million pixels in 12 kB. */
export function aBomb(side = 10_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  // One bit per pixel.
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side));
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    ...[chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))],
  ]);
}

export const NOT_PHOTOS: Readonly<Record<string, Buffer>> = {
  "a text": Buffer.from("Not a photo at all, whatever its name says"),
  "an SVG": Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script/></svg>'),
  "a GIF": Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"),
  "a BMP": Buffer.concat([Buffer.from("BM"), Buffer.alloc(60)]),
  "a PDF": Buffer.from("%PDF-1.7 and some more"),
  nothing: Buffer.alloc(0),
};
