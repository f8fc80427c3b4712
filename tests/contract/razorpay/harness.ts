import type { IncomingHttpHeaders, Server } from "node:http";
import http from "node:http";
import Razorpay from "razorpay";
import {
  createRazorpaySimulator,
  type RazorpayControl,
  type RazorpaySimulatorOptions,
} from "../../../scripts/sandbox/razorpay/index.js";

export const KEY_ID = "rzp_test_Contract000001";
export const KEY_SECRET = "contract-key-secret";
export const WEBHOOK_SECRET = "contract-webhook-secret";
export const ACCOUNT_ID = "acc_Contract000001";

export interface Received {
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  /** The bytes as received. */
  raw: Buffer;
  body: WebhookBody;
}

interface WebhookBody {
  event: string;
  account_id: string;
  contains: string[];
  payload: Record<string, { entity: Record<string, unknown> }>;
  created_at: number;
}

/** A shop's webhook endpoint that records deliveries and answers 200, or the next of `answers`. */
export interface Receiver {
  url: string;
  received: Received[];
  /** Statuses of the next answers; null: no answer. */
  answers: (number | null)[];
  events(): string[];
  close(): Promise<void>;
}

export function listen(handler: http.RequestListener): Promise<{ server: Server; origin: string }> {
  const server = http.createServer(handler);
  return new Promise((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port"));
      else resolve({ server, origin: `http://127.0.0.1:${address.port}` });
    });
  });
}

export function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function parse(raw: Buffer): WebhookBody {
  const empty = { event: "", account_id: "", contains: [], payload: {}, created_at: 0 };
  try {
    return { ...empty, ...JSON.parse(raw.toString()) };
  } catch {
    return empty;
  }
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers: (number | null)[] = [];
  const { server, origin } = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      received.push({ headers: request.headers, rawHeaders: request.rawHeaders, raw, body: parse(raw) });
      const status = answers.length > 0 ? answers.shift() : 200;
      if (typeof status === "number") response.writeHead(status).end();
    });
  });
  return {
    url: `${origin}/webhooks/razorpay`,
    received,
    answers,
    events: () => received.map(({ body }) => body.event),
    close: () => stop(server),
  };
}

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown> & { error?: Record<string, unknown>; items?: Record<string, unknown>[] };
}

export interface World {
  control: RazorpayControl;
  origin: string;
  sdk: Razorpay;
  receiver: Receiver;
  /** Calls the API without the SDK, by default with the correct key. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** A new order, and its id. */
  order(amount?: number, more?: object): Promise<string>;
  /** A captured payment, and its id. */
  captured(amount?: number): Promise<string>;
  close(): Promise<void>;
}

export const BASIC = `Basic ${Buffer.from(`${KEY_ID}:${KEY_SECRET}`).toString("base64")}`;

function createSdk(origin: string, timeoutMs: number): Razorpay {
  const sdk = new Razorpay({ key_id: KEY_ID, key_secret: KEY_SECRET });
  const transport: unknown = Reflect.get(sdk.api, "rq");
  if (typeof transport !== "function") throw new Error("razorpay SDK internals changed: api.rq missing");
  Object.assign(Reflect.get(transport, "defaults"), { baseURL: origin, proxy: false, timeout: timeoutMs });
  return sdk;
}

function createCall(origin: string): World["call"] {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { Authorization: BASIC, "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, text, body: json ?? {} };
  };
}

export async function startWorld(options: Partial<RazorpaySimulatorOptions> = {}): Promise<World> {
  const receiver = await startReceiver();
  const simulator = createRazorpaySimulator({
    keyId: KEY_ID,
    keySecret: KEY_SECRET,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrls: [receiver.url],
    accountId: ACCOUNT_ID,
    ...options,
  });
  const { control } = simulator;
  const { server, origin } = await listen(simulator.app);
  const call = createCall(origin);
  const order: World["order"] = async (amount = 50_000, more = {}) => {
    const { body } = await call("POST", "/v1/orders", { amount, currency: "INR", ...more });
    return String(body.id);
  };
  return {
    control,
    origin,
    receiver,
    call,
    order,
    sdk: createSdk(origin, 1000),
    captured: async (amount) =>
      control.pay(await order(amount), { method: "card", outcome: "success" }).paymentId,
    close: async () => {
      await simulator.close();
      await stop(server);
      await receiver.close();
    },
  };
}

/** A simulator for one test file, reset before each test. */
export function useWorld(): World {
  const world: World = Object.create(null);
  beforeAll(async () => {
    Object.assign(world, await startWorld());
  });
  afterAll(() => world.close());
  beforeEach(() => world.control.reset());
  return world;
}

/** Status and description of a refusal. */
export const refusal = ({ status, body }: ApiAnswer): [number, unknown] => [status, body.error?.description];
