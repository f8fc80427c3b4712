import { Busboy, type BusboyHeaders, type BusboyInstance } from "@fastify/busboy";
import type { Request } from "express";
import {
  PayloadTooLargeError,
  UnsupportedMediaTypeError,
  type ValidationDetail,
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
 * @throws PayloadTooLargeError; ValidationError for a form that cannot be read or has what is not declared
 */
export function readForm(request: Request, uploads: Uploads): Promise<Form> {
  assertReadable(request, uploads);
  return new Promise((resolve, reject) => {
    const reader = openReader(request, uploads);
    const form = collect(reader, uploads);
    const fail = (error: Error) => {
      request.unpipe(reader);
      request.resume();
      reject(error);
    };
    reader.on("error", () => fail(invalid("", "The form cannot be read")));
    request.on("error", fail);
    request.on("aborted", () => fail(invalid("", "The form is cut off")));
    form.onFault(fail);
    reader.on("finish", () => resolve(form.content));
    request.pipe(reader);
  });
}

function assertReadable({ headers }: Request, uploads: Uploads): void {
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity")
    throw new UnsupportedMediaTypeError("Send the body without Content-Encoding");
  const most = Object.values(uploads).reduce((sum, { maxBytes, maxCount }) => sum + maxBytes * maxCount, 0);
  if (Number(headers["content-length"] ?? 0) > most + OVERHEAD_BYTES) throw new PayloadTooLargeError();
}

function openReader({ headers }: Request, uploads: Uploads): BusboyInstance {
  const declared = Object.values(uploads);
  const files = declared.reduce((sum, { maxCount }) => sum + maxCount, 0);
  const fileSize = Math.max(...declared.map(({ maxBytes }) => maxBytes));
  const limits = { ...LIMITS, files: files + 1, fileSize: fileSize + 1, parts: LIMITS.fields + files + 1 };
  try {
    return new Busboy({ headers: headers as BusboyHeaders, limits });
  } catch {
    throw invalid("", "The form has no boundary");
  }
}

const invalid = (path: string, message: string): ValidationError => {
  const detail: ValidationDetail = { in: "body", path, message };
  return new ValidationError([detail]);
};

function collect(reader: BusboyInstance, uploads: Uploads) {
  const fields = new Map<string, string>();
  const files = new Map<string, UploadedFile[]>(Object.keys(uploads).map((name) => [name, []]));
  let fault: (error: Error) => void = () => undefined;
  reader.on("field", (name, value) => {
    if (!FIELD_NAME.test(name)) fault(invalid("", "A field has a name that is not allowed"));
    else if (fields.has(name)) fault(invalid(name, `"${name}" must be given once`));
    else if (value.includes("\0")) fault(invalid(name, "must not contain the NUL character"));
    else fields.set(name, value);
  });
  reader.on("file", (name, stream, _fileName, _encoding, contentType) => {
    const upload = Object.hasOwn(uploads, name) ? uploads[name] : undefined;
    const list = files.get(name);
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (upload && size <= upload.maxBytes) chunks.push(chunk);
      else if (upload) fault(new PayloadTooLargeError());
    });
    if (!upload || !list) fault(invalid(FIELD_NAME.test(name) ? name : "", `"${name}" is not allowed`));
    else if (list.length === upload.maxCount)
      fault(invalid(name, `"${name}" holds at most ${upload.maxCount}`));
    else {
      const file: UploadedFile = { contentType, bytes: Buffer.alloc(0) };
      list.push(file);
      stream.on("end", () => {
        file.bytes = Buffer.concat(chunks);
      });
    }
  });
  reader.on("fieldsLimit", () => fault(invalid("", "The form has too many fields")));
  reader.on("filesLimit", () => fault(invalid("", "The form has too many files")));
  reader.on("partsLimit", () => fault(invalid("", "The form has too many parts")));
  return {
    onFault(listener: (error: Error) => void) {
      fault = listener;
    },
    get content(): Form {
      return { fields: Object.fromEntries(fields), files: Object.fromEntries(files) };
    },
  };
}
