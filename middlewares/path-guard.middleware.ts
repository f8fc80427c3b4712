import type { RequestHandler } from "express";
import { ValidationError } from "../utils/errors.js";

function isReadable(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\0");
  } catch {
    return false;
  }
}

/**
 * Refuses paths with broken percent-encoding or a NUL. The schema of each parameter checks the rest: the router splits
 * the path before it decodes, so an encoded slash never starts a segment, and a coupon code may contain one.
 */
export const pathGuard: RequestHandler = (request, _res, next) => {
  const { path } = request;
  if (path.includes("%") && !isReadable(path)) {
    throw new ValidationError([{ in: "params", path: "", message: "The path is not properly encoded" }]);
  }
  next();
};
