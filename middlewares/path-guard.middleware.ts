import type { RequestHandler } from "express";
import { ValidationError } from "../utils/errors.js";

const CONTROL_CHARACTER = /\p{Cc}/u;
/** A slash or backslash that hides from the router; no path of ours has one. */
const HIDDEN_SEPARATOR = /%2f|%5c/i;

function isReadable(path: string): boolean {
  if (HIDDEN_SEPARATOR.test(path)) return false;
  try {
    return !CONTROL_CHARACTER.test(decodeURIComponent(path));
  } catch {
    return false;
  }
}

/** Refuses paths with broken or tricky percent-encoding, wherever they would have led. */
export const pathGuard: RequestHandler = (request, _res, next) => {
  const { path } = request;
  if (path.includes("%") && !isReadable(path)) {
    throw new ValidationError([{ in: "params", path: "", message: "The path is not properly encoded" }]);
  }
  next();
};
