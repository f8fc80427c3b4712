import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import express from "express";
import type { CallLog } from "./call-log.js";
import { errorHandler } from "./express-errors.js";
import { faultRoutes } from "./fault-routes.js";
import type { Faults } from "./faults.js";
import { pathOf, sendJson } from "./http.js";
import type { ServiceName } from "./names.js";

interface FrontOptions {
  name: ServiceName;
  context: { faults: Faults; calls: CallLog };
  /** The name under which a call is counted. */
  toRoute(method: string, path: string): string;
  serve(req: IncomingMessage, res: ServerResponse): void;
}

/** What stands before every stand-in: the switches for faults, the call log, the faults, `/health`. */
export function createFront({ name, context, toRoute, serve }: FrontOptions): RequestListener {
  const switches = express();
  switches.disable("x-powered-by").disable("etag");
  switches.use(faultRoutes(context.faults, name), errorHandler);
  return (req, res) => {
    const path = pathOf(req);
    if (path.startsWith("/__faults")) {
      switches(req, res);
      return;
    }
    context.calls.watch({ service: name, toRoute }, req, res);
    context.faults.disturb(name, { req, res }, () => {
      if (path === "/health") sendJson(res, 200, healthOf(name));
      else serve(req, res);
    });
  };
}

const healthOf = (service: ServiceName) => ({
  success: true,
  message: "OK",
  data: { status: "ok", service },
  error: null,
});
