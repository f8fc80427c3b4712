import { logger } from "../../../config/logger.config.js";
import type { TemplateLogo } from "../../../models/index.js";
import { ValidationError } from "../../../utils/errors.js";
import { downloadImage } from "../../integrations/image-download.js";

/** A logo is part of every document. */
export const MAX_LOGO_BYTES = 1_048_576;
/** A small file can describe a picture that fills the memory. */
const MAX_LOGO_PIXELS = 4_000;

interface ImageFacts {
  contentType: TemplateLogo["contentType"];
  width: number;
  height: number;
}

const PNG_SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** The JPEG segments that begin with the picture's size: SOF0 to SOF15 without DHT, JPG and DAC. */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** What an image is, read from its bytes, not from its name or declared type; null for other files. */
export function readImageFacts(bytes: Buffer): ImageFacts | null {
  if (bytes.length > 32 && bytes.subarray(0, 8).equals(PNG_SIGNATURE)) {
    return { contentType: "image/png", width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  return bytes.length > 4 && bytes.readUInt16BE(0) === 0xffd8 ? readJpeg(bytes) : null;
}

function readJpeg(bytes: Buffer): ImageFacts | null {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0;
    if (isFrameHeader(marker)) {
      return {
        contentType: "image/jpeg",
        height: bytes.readUInt16BE(at + 5),
        width: bytes.readUInt16BE(at + 7),
      };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** Why an image cannot be a logo; null when it can. */
export function logoProblem(bytes: Buffer): string | null {
  if (bytes.length > MAX_LOGO_BYTES) return `has more than ${MAX_LOGO_BYTES} bytes`;
  const facts = readImageFacts(bytes);
  if (!facts) return "is neither a PNG nor a JPEG image";
  const { width, height } = facts;
  const isDrawable = width > 0 && height > 0 && width <= MAX_LOGO_PIXELS && height <= MAX_LOGO_PIXELS;
  return isDrawable ? null : `must have at most ${MAX_LOGO_PIXELS} pixels in each direction`;
}

export const invalidLogo = (problem: string): ValidationError =>
  new ValidationError([{ in: "body", path: "logo", message: `"logo" ${problem}` }]);

/** @throws ValidationError when the bytes are not the image they are said to be, or it is too large */
export function assertReadable({ contentType, bytes }: TemplateLogo): void {
  const problem = logoProblem(bytes);
  if (problem) throw invalidLogo(problem);
  if (readImageFacts(bytes)?.contentType !== contentType) throw invalidLogo(`is not an ${contentType} file`);
}

const DATA_URL = /^data:(image\/png|image\/jpeg);base64,([A-Za-z0-9+/]+={0,2})$/;

/**
 * The logo in a data URL, as templates are sent.
 * @throws ValidationError when it is not the PNG or JPEG image that it says it is, or is too large
 */
export function fromDataUrl(url: string): TemplateLogo {
  const [, type, base64] = DATA_URL.exec(url) ?? [];
  if (base64 === undefined) throw invalidLogo("must be a data URL of a PNG or JPEG image");
  const contentType = type === "image/png" ? "image/png" : "image/jpeg";
  const logo = { contentType, bytes: Buffer.from(base64, "base64") } as const;
  assertReadable(logo);
  return logo;
}

export const toDataUrl = ({ contentType, bytes }: TemplateLogo): string =>
  `data:${contentType};base64,${bytes.toString("base64")}`;

/** The logo at an address, or null with a warning: documents are issued without one rather than not at all. */
export async function fetchLogo(url: string): Promise<TemplateLogo | null> {
  try {
    const bytes = await downloadImage(url, MAX_LOGO_BYTES);
    const problem = logoProblem(bytes);
    const facts = readImageFacts(bytes);
    if (problem || !facts) throw new Error(`the logo ${problem ?? "cannot be read"}`);
    return { contentType: facts.contentType, bytes };
  } catch (error) {
    logger.warn({ err: error }, "> The logo cannot be loaded; invoices have none");
    return null;
  }
}
