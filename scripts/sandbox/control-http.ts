import axios from "axios";
import express from "express";
import type { SandboxControl } from "./sandbox.js";
import type { Faults } from "./shared/faults.js";
import { faultRoutes } from "./shared/front.js";
import { errorHandler, Refusal, sendAnswer } from "./shared/http.js";

/** The arguments of a control call: a list, or a single value. */
function toArguments(body: unknown): unknown[] {
  if (body === undefined) return [];
  return Array.isArray(body) ? body : [body];
}

type Callable = (...values: unknown[]) => unknown;

function findMethod(control: SandboxControl, service: string, method: string): Callable {
  const part: unknown = Object.entries(control).find(([name]) => name === service)?.[1];
  const entries = typeof part === "object" && part !== null ? Object.entries(part) : [];
  const found: unknown = entries.find(([name]) => name === method)?.[1];
  if (typeof found !== "function") {
    throw new Refusal(404, "CONTROL_NOT_FOUND", `There is no control ${service}.${method}`);
  }
  return (...values) => Reflect.apply(found, part, values);
}

async function call(method: Callable, values: unknown[]): Promise<unknown> {
  try {
    return (await method(...values)) ?? null;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, "CONTROL_FAILED", error instanceof Error ? error.message : String(error));
  }
}

/**
 * The control objects over HTTP, for other processes and for curl:
 * `POST /__control/inventory/setStock` with `["var-kajal-3g", 5]`. `GET /__control` lists all controls.
 * There is no authentication, so it listens on the loopback interface only.
 */
export function createControlApp(
  control: SandboxControl,
  faults: Faults,
  info: () => unknown,
): express.Express {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use(faultRoutes(faults));
  app.get("/health", (_req, res) => {
    sendAnswer(res, { data: { status: "ok" } });
  });
  app.get("/__control", (_req, res) => {
    const controls = Object.entries(control).map(([name, part]) => [name, Object.keys(part)]);
    const data = { ...Object(info()), controls: Object.fromEntries(controls) };
    sendAnswer(res, { message: "Sandbox", data });
  });
  app.post(
    "/__control/:service/:method",
    express.json({ limit: "10mb", strict: false }),
    async (req, res) => {
      const { service, method } = req.params;
      const data = await call(findMethod(control, service, method), toArguments(req.body));
      sendAnswer(res, { message: "Done", data });
    },
  );
  app.use(errorHandler);
  return app;
}

type AnyMethod = (...values: never[]) => unknown;
type ArgumentsOf<F> = F extends (...values: infer A) => unknown ? A : never;
type AnswerOf<F> = F extends (...values: never[]) => infer R ? Awaited<R> : never;
type MethodName<Part> = { [Name in keyof Part]: Part[Name] extends AnyMethod ? Name : never }[keyof Part] &
  string;

/** Calls the control objects of a sandbox in another process. */
export interface SandboxClient {
  /** `call("inventory", "setStock", variantId, 5)`. @throws Error with the sandbox's message */
  call<S extends keyof SandboxControl & string, M extends MethodName<SandboxControl[S]>>(
    service: S,
    method: M,
    ...values: ArgumentsOf<SandboxControl[S][M]>
  ): Promise<AnswerOf<SandboxControl[S][M]>>;
}

export function createSandboxClient(controlUrl: string): SandboxClient {
  return {
    call: async <S extends keyof SandboxControl & string, M extends MethodName<SandboxControl[S]>>(
      service: S,
      method: M,
      ...values: ArgumentsOf<SandboxControl[S][M]>
    ) => {
      // The server runs the function that has this type, and its results survive JSON.
      const { status, data } = await axios.post<{ message: string; data: AnswerOf<SandboxControl[S][M]> }>(
        `${controlUrl}/__control/${service}/${method}`,
        values,
        { validateStatus: () => true },
      );
      if (status >= 400) throw new Error(`${service}.${method}: ${data.message}`);
      return data.data;
    },
  };
}
