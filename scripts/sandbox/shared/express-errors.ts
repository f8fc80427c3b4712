import type { NextFunction, Request, Response } from "express";
import { sendRefusal, toRefusal } from "./envelope.js";

/** The last handler of an Express app here: turns what was thrown into the envelope. */
export function errorHandler(error: unknown, _req: Request, res: Response, next: NextFunction): void {
  // The client may have gone, or a fault may have answered; Express then only closes the socket.
  if (res.headersSent) next(error);
  else sendRefusal(res, toRefusal(error));
}
