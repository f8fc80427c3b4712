import type { Request, Response } from "express";
import type Joi from "joi";
import type { CartSource } from "../utils/constants.js";
import type { ErrorCode } from "../utils/errors.js";
import type { Owner, Principal } from "../utils/principal.js";
import type {
  Access,
  AdminGrant,
  CustomerGrant,
  CustomerWithGuestIdGrant,
  Grant,
  OpenGrant,
  ShopperGrant,
  SignedGrant,
  StaffGrant,
  VisitorGrant,
} from "./access.js";
import type { Priority } from "./admission-limit.js";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** A field of a form that holds files. */
export interface Upload {
  /** What it should hold, for the documentation; the service reads the type from the bytes. */
  contentType: string;
  /** Of one file. */
  maxBytes: number;
  maxCount: number;
}

export type Uploads = Readonly<Record<string, Upload>>;

export interface UploadedFile {
  /** As the client declares it. */
  contentType: string;
  bytes: Buffer;
}

/** One per handler, in `<module>.validation.ts` under the handler's name. */
export interface RouteSchemas {
  /** The body may also be a form (`multipart/form-data`) with these files; its other fields are the body. */
  files?: Uploads;
  body?: Joi.ObjectSchema;
  params?: Joi.ObjectSchema;
  query?: Joi.ObjectSchema;
  headers?: Joi.ObjectSchema;
}

/** The buckets of `middlewares/rate-limit.middleware.ts`. */
export type RateClass =
  | "read"
  | "write"
  | "cart"
  | "place"
  | "payment"
  | "coupon"
  | "search"
  | "export"
  | "upload"
  | "webhook"
  | "none";

/** An answer without the JSON envelope (docs/decisions/018). */
export interface FileAnswer {
  /** Of every answer with this status; the range of all types where it depends on the file. */
  contentType: string;
  /** A page for people or programs to read; all others are attachments with a name. */
  isInline?: true;
  /** What the envelope holds if the same status also answers JSON (`?format=json|csv`). */
  orJson?: Joi.Schema;
}

/** A file to save: the handler calls `sendFile`. */
export const file = (contentType: string, orJson?: Joi.Schema): FileAnswer => ({
  contentType,
  ...(orJson && { orJson }),
});

/** A text to show: metrics, HTML. The handler sends it as it likes. */
export const page = (contentType: string): FileAnswer => ({ contentType, isInline: true });

export const isFile = (answer: Joi.Schema | FileAnswer): answer is FileAnswer => "contentType" in answer;

/** Whether the route answers a success with an attachment. */
export const sendsFile = ({ answers }: Pick<RouteDescription, "answers">): boolean =>
  Object.values(answers).some((answer) => isFile(answer) && !answer.isInline);

/** Status → the schema of the envelope's `data`. */
export type Answers = Readonly<Record<number, Joi.Schema | FileAnswer>>;

/** What an ownership check knows of the request: the caller, and the validated query. */
export interface OwnershipRequest {
  owner: Owner | null;
  query: Readonly<Record<string, unknown>>;
}

/**
 * Loads the document that a path parameter names, and refuses another caller's. It runs right before the
 * handler: after validation, and after the idempotency check, so that a repeated request gets its first answer
 * even if it has removed the document. A write still compares the owner or version itself; this check may be
 * outdated by then.
 */
export interface Ownership<Owned extends object> {
  /** The path parameter, without its colon. */
  param: string;
  /** Added to the codes that the route refuses with. */
  refuses: readonly ErrorCode[];
  /** @returns what the handler gets in addition to its input */
  find(id: string, request: OwnershipRequest): Promise<Owned>;
}

export interface RouteDetails<S extends RouteSchemas, G extends Grant, Owned extends object = object> {
  summary: string;
  /** What does not fit into the summary; Markdown. */
  description?: string;
  access: Access<G>;
  /** Whose document the path names: `cartOwnership`, `orderOwnership`. */
  owner?: Ownership<Owned>;
  schemas?: S;
  answers: Answers;
  /** The codes of this route beyond those that every route of its kind has, and those of its `owner`. */
  refuses?: readonly ErrorCode[];
  /** Whether `Idempotency-Key` is accepted, or required. */
  idempotency?: "optional" | "required";
  /** Default: `read` for GET, `webhook` for signed routes, else `write`. */
  rateClass?: RateClass;
  /** What an overloaded instance refuses first. Default: that of the rate class, in `admission.middleware.ts`. */
  priority?: Priority;
  /**
   * `private`: responses carry an `ETag` and may be cached by the caller only. A matching `If-None-Match` gets 304.
   */
  caching?: "private";
  /** `large` (2 MB) for bulk rows, the invoice template and settings; else 100 kB. */
  bodyLimit?: "large";
}

type Nothing = Readonly<Record<string, never>>;
type Part<S, K extends keyof RouteSchemas> = S extends { [P in K]: Joi.ObjectSchema<infer T> } ? T : Nothing;

/** The validated request and its caller, as a controller gets it. */
export type InputWith<S, G extends Grant> = G & {
  body: Part<S, "body">;
  params: Part<S, "params">;
  query: Part<S, "query">;
  headers: Part<S, "headers">;
  /** By field; empty lists where the body is JSON. */
  files: S extends { files: infer F } ? { [Field in keyof F]: UploadedFile[] } : Nothing;
  source: CartSource;
  /**
   * Identifies this caller's idempotency key on this route; absent without a key. Stored in a unique field of
   * the new document, it lets a repeated request find that document after a crash.
   */
  requestKey?: string;
  request: Request;
};

/** Behind `guest('mint')` and `guest('reject')`: there is an owner. `Owned` is what the route's `owner` found. */
export type Input<S = Nothing, Owned = unknown> = InputWith<S, ShopperGrant> & Owned;
/** Behind `guest('empty')`: the owner may be null. */
export type VisitorInput<S = Nothing, Owned = unknown> = InputWith<S, VisitorGrant> & Owned;
export type CustomerInput<S = Nothing, Owned = unknown> = InputWith<S, CustomerGrant> & Owned;
/** Behind `customerWithGuestId()`: `sessionId` is there. */
export type CustomerWithGuestIdInput<S = Nothing> = InputWith<S, CustomerWithGuestIdGrant>;
export type AdminInput<S = Nothing> = InputWith<S, AdminGrant>;
/** Behind `admin('jobs')`: an admin, or a machine. */
export type StaffInput<S = Nothing> = InputWith<S, StaffGrant>;
/** Behind `signed(…)`: `rawBody` is there. */
export type SignedInput<S = Nothing> = InputWith<S, SignedGrant>;
/** Behind `open()` and `internal()`. */
export type OpenInput<S = Nothing> = InputWith<S, OpenGrant>;

export type Handler<S, G extends Grant, Owned extends object> = (
  input: InputWith<S, G> & Owned,
  res: Response,
) => Promise<void> | void;

/** A declared route, for mounting, OpenAPI, the permission matrix and the tests. */
export interface RouteDescription extends Omit<RouteDetails<RouteSchemas, Grant>, "schemas"> {
  method: Method;
  /** With the base: `/api/cart/items/:itemId`. */
  path: string;
  tag: string;
  schemas: RouteSchemas;
  rateClass: RateClass;
}

/** What the steps before the handler leave in `res.locals`. */
export interface RouteLocals {
  route?: RouteDescription;
  principal: Principal;
  owner: Owner | null;
  sessionId?: string;
  sessionMinted?: string;
  source: CartSource;
  body: unknown;
  params: unknown;
  query: unknown;
  headers: unknown;
  rawBody?: Buffer;
  files?: Record<string, UploadedFile[]>;
  requestKey?: string;
  /** What the route's `owner` found. */
  owned?: object;
  idempotencyKey?: string;
  /** A keyed hash of the body's canonical JSON, where a key may be used. */
  fingerprint?: string;
  /** Refused before any work, because the instance has too much of it: counted, and not logged one by one. */
  isRejected?: true;
  /** The code of the error that was answered, for the log. */
  errorCode?: ErrorCode;
}

/** The typed `res.locals`: what the steps before this one left. */
export function localsOf(res: Response): RouteLocals {
  return res.locals as RouteLocals;
}
