import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import { at } from "../support/json.js";
import type { ServiceProcess } from "../support/service-process.js";
import type { SweepWorld } from "./world.js";

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** Error codes that this step may answer with. */
  refusedWith?: readonly string[];
}

/** The service answered in a way that the journey does not allow. */
export class JourneyFailed extends Error {}

const RETRIES = 40;
const RETRY_MS = 50;
/** Answers that ask the client to retry in a moment. */
const RETRY_CODES = new Set(["REQUEST_IN_PROGRESS", "PLACEMENT_IN_PROGRESS"]);

/**
 * One customer's way through the shop. After a crash it continues with another process. It remembers what a
 * browser would remember and repeats a step with the same idempotency key.
 */
export class Visit {
  token: string | null = null;
  sessionId: string | null = null;
  checkoutId = "";
  gatewayOrderId = "";
  paymentId = "";
  paid: AttemptResult | null = null;
  /** Gateway events that were answered 2xx and are not sent again. */
  readonly acknowledged = new Set<string>();
  private step = "";
  private attempts = 0;
  private readonly keys = new Map<string, string>();

  constructor(
    /** The prefix of every request id of this visit. */
    readonly id: string,
    readonly world: SweepWorld,
    public service: ServiceProcess,
  ) {}

  /** Continues with this process. */
  switchTo(service: ServiceProcess): void {
    this.service = service;
    this.world.sandbox.setServiceUrl(service.url);
  }

  begin(step: string): void {
    this.attempts = step === this.step ? this.attempts + 1 : 0;
    this.step = step;
  }

  /** The step ends with a dot, so that `add` does not match `address`. A repetition is marked. */
  get requestId(): string {
    return `${this.id}.${this.step}.${this.attempts === 0 ? "" : `again${this.attempts}`}`;
  }

  /** Makes one call and repeats it while the answer asks to retry. @throws JourneyFailed */
  async call(call: Call): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, envelope } = await this.exchange(call);
      const code = String(at(envelope, "error.code"));
      if (status < 300) return at(envelope, "data");
      if (call.refusedWith?.includes(code)) return null;
      if (!RETRY_CODES.has(code) || attempt > RETRIES) {
        throw new JourneyFailed(`${call.method} ${call.path} answered ${status} ${JSON.stringify(envelope)}`);
      }
      await sleep(RETRY_MS);
    }
  }

  private async exchange({ method, path, body }: Call): Promise<{ status: number; envelope: unknown }> {
    const response = await fetch(this.service.url + path, {
      method,
      headers: {
        "X-Request-Id": this.requestId,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
        ...(this.sessionId ? { "X-Session-Id": this.sessionId } : {}),
        ...(method === "POST" ? { "Idempotency-Key": this.keyOf(path) } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    this.sessionId = response.headers.get("x-session-id") ?? this.sessionId;
    return { status: response.status, envelope: await response.json() };
  }

  private keyOf(path: string): string {
    const name = `${this.step} ${path}`;
    const key = this.keys.get(name) ?? randomUUID();
    this.keys.set(name, key);
    return key;
  }

  /** Runs a job now. @throws JourneyFailed when it fails */
  async job(name: string): Promise<void> {
    const response = await fetch(`${this.service.url}/api/admin/jobs/${name}/run`, {
      method: "POST",
      headers: {
        "X-Request-Id": this.requestId,
        Authorization: `Bearer ${this.world.sandbox.tokens.service}`,
      },
    });
    const envelope: unknown = await response.json();
    if (response.status === 200 && at(envelope, "data.state") === "completed") return;
    throw new JourneyFailed(`the job ${name} answered ${response.status} ${JSON.stringify(envelope)}`);
  }
}
