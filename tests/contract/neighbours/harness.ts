import { Agent } from "node:http";
import type { AxiosInstance } from "axios";
import axios from "axios";
import type { ServiceName } from "../../../scripts/sandbox/environment.js";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../scripts/sandbox/sandbox.js";

/** The neighbours' envelope. `data` is untyped, because the tests assert it. */
interface Answer {
  success: boolean;
  message: string;
  data: Record<string, unknown>;
  error: { code: string; message: string } | null;
}

export interface Reply {
  status: number;
  body: Answer;
}

export interface Caller {
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown, key?: string): Promise<Reply>;
  put(path: string, body: unknown): Promise<Reply>;
  delete(path: string): Promise<Reply>;
  /** The bare client: no status throws, the service token is sent. */
  http: AxiosInstance;
}

export interface Neighbours {
  sandbox: Sandbox;
  call: Record<ServiceName, Caller>;
}

/** Longer than fifty concurrent calls take on a busy machine. */
const TIMEOUT_MS = 20_000;

function createCaller(baseURL: string, token: string, httpAgent: Agent): Caller {
  const http = axios.create({
    baseURL,
    httpAgent,
    timeout: TIMEOUT_MS,
    headers: { Authorization: `Bearer ${token}` },
    validateStatus: () => true,
  });
  const ask = async (method: string, url: string, data?: unknown, key?: string): Promise<Reply> => {
    const headers = key === undefined ? {} : { "Idempotency-Key": key };
    const response = await http.request<Answer>({ method, url, data, headers });
    return { status: response.status, body: response.data };
  };
  return {
    http,
    get: (path) => ask("GET", path),
    post: (path, body, key) => ask("POST", path, body, key),
    put: (path, body) => ask("PUT", path, body),
    delete: (path) => ask("DELETE", path),
  };
}

/** Starts a sandbox for one test file and restores the seed before each test. */
export function useNeighbours(options: Partial<SandboxOptions> = {}): Neighbours {
  const world: Partial<Neighbours> = {};
  const agent = new Agent({ keepAlive: true });
  const get = <K extends keyof Neighbours>(name: K): Neighbours[K] => {
    const value = world[name];
    if (!value) throw new Error("the sandbox is not up yet");
    return value;
  };

  beforeAll(async () => {
    const mongoUri = process.env.MONGODB_URI ?? "";
    const sandbox = await startSandbox({ mongoUri, ...options });
    const token = sandbox.env.SERVICE_TOKEN ?? "";
    const caller = (name: ServiceName): Caller => createCaller(sandbox.urls[name], token, agent);
    world.sandbox = sandbox;
    world.call = {
      auth: caller("auth"),
      catalog: caller("catalog"),
      pricing: caller("pricing"),
      inventory: caller("inventory"),
      shipping: caller("shipping"),
      engagement: caller("engagement"),
      razorpay: caller("razorpay"),
      cloudinary: caller("cloudinary"),
    };
  });
  beforeEach(() => get("sandbox").control.sandbox.reset());
  afterAll(async () => {
    agent.destroy();
    await world.sandbox?.stop();
  });

  return {
    get sandbox() {
      return get("sandbox");
    },
    get call() {
      return get("call");
    },
  };
}

/** Runs equal calls at the same time and returns their answers. */
export const inParallel = (count: number, call: (index: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));

export const countStatus = (replies: Reply[], status: number): number =>
  replies.filter((reply) => reply.status === status).length;
