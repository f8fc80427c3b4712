import { Busboy, type BusboyInstance } from "@fastify/busboy";
import type { Request } from "express";
import {
  OverloadedError,
  PayloadTooLargeError,
  UnsupportedMediaTypeError,
  ValidationError,
} from "../utils/errors.js";
import type { UploadedFile, Uploads } from "./route.types.js";

export interface Form {
  fields: Record<string, string>;
  /** By field; every declared field has a list. */
  files: Record<string, UploadedFile[]>;
}

const FORM_TYPE = /^multipart\/form-data[ \t]*;/i;
const FIELD_NAME = /^[A-Za-z]\w{0,63}$/;
/** A field that is a file, and those beside it, have no other headers than these few. */
const LIMITS = { fieldNameSize: 64, fieldSize: 10_000, fields: 20, headerPairs: 10, headerSize: 4_096 };
/** For boundaries, headers and fields. */
const OVERHEAD_BYTES = 100_000;

export const isForm = ({ headers }: Request): boolean => FORM_TYPE.test(headers["content-type"] ?? "");

/**
 * Reads a form into memory. The limits are checked while it arrives; beyond them the rest is discarded. Names of files
 * are never used.
 * @throws PayloadTooLargeError; ValidationError for a form that cannot be read or has what is not declared;
 *   OverloadedError when other forms hold the memory
 */
export function readForm(request: Request, uploads: Uploads): Promise<Form> {
  holdMemory(request, assertReadable(request, uploads));
  const reader = openReader(request, uploads);
  const form = new Collector(uploads);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      request.unpipe(reader);
      request.resume();
      reject(error);
    };
    const guard = <Given extends unknown[]>(take: (...given: Given) => void) => {
      return (...given: Given) => {
        try {
          take(...given);
        } catch (error) {
          fail(error instanceof Error ? error : invalid("", "The form cannot be read"));
        }
      };
    };
    const tooMany = guard(() => {
      throw invalid("", "The form has too many fields or files");
    });
    reader.on(
      "field",
      guard((name: string, value: string) => form.takeField(name, value)),
    );
    reader.on(
      "file",
      guard((name, stream, _fileName, _encoding, contentType) => {
        const take = form.openFile(name, contentType);
        stream.on("data", guard(take));
      }),
    );
    for (const limit of ["fieldsLimit", "filesLimit", "partsLimit"] as const) reader.on(limit, tooMany);
    reader.on("error", () => fail(invalid("", "The form cannot be read")));
    reader.on("finish", () => resolve(form.content()));
    request.on("error", fail);
    request.pipe(reader);
  });
}

/** @returns how many bytes the form may have */
function assertReadable({ headers }: Request, uploads: Uploads): number {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new UnsupportedMediaTypeError("Send the body without Content-Encoding");
  const most = Object.values(uploads).reduce((sum, { maxBytes, maxCount }) => sum + maxBytes * maxCount, 0);
  const bytes = Number(headers["content-length"] ?? most + OVERHEAD_BYTES);
  if (bytes > most + OVERHEAD_BYTES) throw new PayloadTooLargeError();
  return bytes;
}

/** A form stays in memory until its request is answered; together they take no more than this. */
const MOST_HELD_BYTES = 100_000_000;
let heldBytes = 0;

function holdMemory({ res }: Request, bytes: number): void {
  if (heldBytes + bytes > MOST_HELD_BYTES) throw new OverloadedError();
  heldBytes += bytes;
  res?.once("close", () => {
    heldBytes -= bytes;
  });
}

function openReader({ headers }: Request, uploads: Uploads): BusboyInstance {
  const declared = Object.values(uploads);
  const files = declared.reduce((sum, { maxCount }) => sum + maxCount, 0) + 1;
  const fileSize = Math.max(...declared.map(({ maxBytes }) => maxBytes)) + 1;
  const limits = { ...LIMITS, files, fileSize, parts: LIMITS.fields + files };
  const contentType = headers["content-type"] ?? "";
  try {
    return new Busboy({ headers: { ...headers, "content-type": contentType }, limits });
  } catch {
    throw invalid("", "The form has no boundary");
  }
}

const invalid = (path: string, message: string): ValidationError =>
  new ValidationError([{ in: "body", path, message }]);

/** The declared parts of a form as they arrive. Each method throws what the request is refused with. */
class Collector {
  private readonly fields = new Map<string, string>();
  private readonly files = new Map<string, { contentType: string; chunks: Buffer[] }[]>();

  constructor(private readonly uploads: Uploads) {
    for (const name of Object.keys(uploads)) this.files.set(name, []);
  }

  takeField(name: string, value: string): void {
    if (!FIELD_NAME.test(name)) throw invalid("", "A field has a name that is not allowed");
    if (this.fields.has(name)) throw invalid(name, `"${name}" must be given once`);
    if (value.includes("\0")) throw invalid(name, "must not contain the NUL character");
    this.fields.set(name, value);
  }

  /** @returns what takes the content */
  openFile(name: string, contentType: string): (chunk: Buffer) => void {
    const files = this.files.get(name);
    const upload = files && this.uploads[name];
    if (!upload) throw invalid(FIELD_NAME.test(name) ? name : "", "A file is not allowed in this field");
    if (files.length === upload.maxCount) throw invalid(name, `"${name}" holds at most ${upload.maxCount}`);
    const chunks: Buffer[] = [];
    files.push({ contentType, chunks });
    let size = 0;
    return (chunk) => {
      size += chunk.length;
      if (size > upload.maxBytes) throw new PayloadTooLargeError();
      chunks.push(chunk);
    };
  }

  content(): Form {
    const files = [...this.files].map(([name, parts]): [string, UploadedFile[]] => [
      name,
      parts.map(({ contentType, chunks }) => ({ contentType, bytes: Buffer.concat(chunks) })),
    ]);
    return { fields: Object.fromEntries(this.fields), files: Object.fromEntries(files) };
  }
}
