import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createFront } from "../shared/front.js";
import { pathOf, queryOf, sendJson } from "../shared/http.js";
import type { SandboxContext } from "../shared/stand-in.js";

/**
 * A stand-in for Cloudinary, in memory: the calls of its upload API that store, download and remove raw files. Requests
 * are signed as Cloudinary's documentation describes, and anything without a valid signature is refused.
 */
export interface CloudinaryAccount {
  cloud: string;
  apiKey: string;
  apiSecret: string;
}

export interface CloudinaryControl {
  /** What is stored, in the order of its arrival. */
  files(): { publicId: string; bytes: number }[];
  reset(): void;
}

interface Asset {
  publicId: string;
  bytes: Buffer;
  uploadedAt: Date;
}

type Params = Record<string, string>;

/** A signature is valid for an hour. */
const SIGNATURE_SECONDS = 3_600;
/** Part of the request, but not of what is signed. */
const UNSIGNED = new Set(["file", "api_key", "cloud_name", "resource_type", "signature"]);

/** Cloudinary's errors have no envelope. */
class CloudinaryRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Only parameters that are given, sorted by name. An `&` in a value is encoded, so that it cannot add a parameter. */
function signatureOf(params: Params, apiSecret: string): string {
  const signed = Object.entries(params)
    .filter(([name, value]) => !UNSIGNED.has(name) && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`.replaceAll("&", "%26"))
    .join("&");
  return createHash("sha1")
    .update(signed + apiSecret)
    .digest("hex");
}

function checkSignature(params: Params, { apiKey, apiSecret }: CloudinaryAccount, nowSeconds: number): void {
  if (params.api_key !== apiKey) throw new CloudinaryRefusal(401, "Unknown API key");
  const expected = Buffer.from(signatureOf(params, apiSecret));
  const given = Buffer.from(params.signature ?? "");
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new CloudinaryRefusal(401, "Invalid Signature");
  const age = nowSeconds - Number(params.timestamp);
  if (!(Math.abs(age) <= SIGNATURE_SECONDS)) throw new CloudinaryRefusal(400, "Stale request");
}

async function readForm(req: IncomingMessage): Promise<{ params: Params; file: Buffer | null }> {
  const parts: Buffer[] = [];
  for await (const part of req as AsyncIterable<Buffer>) parts.push(part);
  const headers = { "Content-Type": req.headers["content-type"] ?? "" };
  const form = await new Response(Buffer.concat(parts), { headers }).formData().catch(() => {
    throw new CloudinaryRefusal(400, "Unreadable form");
  });
  const params: Params = {};
  let file: Buffer | null = null;
  for (const [name, value] of form) {
    if (typeof value === "string") params[name] = value;
    else if (name === "file") file = Buffer.from(await value.arrayBuffer());
  }
  return { params, file };
}

/** The SDK sends 0 and 1. */
const isNo = (flag: string | undefined): boolean => flag === "0" || flag === "false";

function textsOf(query: Record<string, unknown>): Params {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

export function createCloudinary(context: SandboxContext, account: CloudinaryAccount) {
  const assets = new Map<string, Asset>();
  const base = `/v1_1/${account.cloud}/raw`;
  const check = (params: Params) => checkSignature(params, account, context.clock.now() / 1_000);
  /** The delivery type is part of an asset's identity. */
  const idOf = ({ public_id = "", type = "upload" }: Params) => {
    if (public_id === "") throw new CloudinaryRefusal(400, "Missing required parameter - public_id");
    return `${type}/${public_id}`;
  };

  function describe({ publicId, bytes, uploadedAt }: Asset): object {
    const about = { public_id: publicId, resource_type: "raw", bytes: bytes.length };
    return { ...about, etag: createHash("md5").update(bytes).digest("hex"), created_at: uploadedAt };
  }

  async function upload(req: IncomingMessage): Promise<object> {
    const { params, file } = await readForm(req);
    check(params);
    if (!file) throw new CloudinaryRefusal(400, "Missing required parameter - file");
    const id = idOf(params);
    const existing = assets.get(id);
    if (existing && isNo(params.overwrite)) return { ...describe(existing), existing: true };
    const uploadedAt = new Date(context.clock.now());
    const asset = { publicId: String(params.public_id), bytes: file, uploadedAt };
    assets.set(id, asset);
    return describe(asset);
  }

  async function destroy(req: IncomingMessage): Promise<object> {
    const { params } = await readForm(req);
    check(params);
    return { result: assets.delete(idOf(params)) ? "ok" : "not found" };
  }

  function download(req: IncomingMessage, res: ServerResponse): void {
    const params = textsOf(queryOf(req));
    check(params);
    const asset = assets.get(idOf(params));
    if (!asset) throw new CloudinaryRefusal(404, `Resource not found - ${params.public_id}`);
    res.setHeader("Content-Type", "application/octet-stream");
    res.setHeader("Content-Length", asset.bytes.length);
    res.end(asset.bytes);
  }

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    switch (`${req.method} ${pathOf(req)}`) {
      case `POST ${base}/upload`:
        return sendJson(res, 200, await upload(req));
      case `POST ${base}/destroy`:
        return sendJson(res, 200, await destroy(req));
      case `GET ${base}/download`:
        return download(req, res);
      default:
        throw new CloudinaryRefusal(404, "There is no such call, or no such cloud");
    }
  }

  function refuse(res: ServerResponse, error: unknown): void {
    // The connection was cut, or a fault has answered already.
    if (res.headersSent || res.destroyed) res.destroy();
    else if (error instanceof CloudinaryRefusal)
      sendJson(res, error.status, { error: { message: error.message } });
    else sendJson(res, 500, { error: { message: String(error) } });
  }

  const app: RequestListener = createFront({
    name: "cloudinary",
    context,
    toRoute: (method, path) => `${method} ${path}`,
    serve: (req, res) => void answer(req, res).catch((error: unknown) => refuse(res, error)),
  });
  const control: CloudinaryControl = {
    files: () => [...assets.values()].map(({ publicId, bytes }) => ({ publicId, bytes: bytes.length })),
    reset: () => assets.clear(),
  };
  return { app, control };
}
