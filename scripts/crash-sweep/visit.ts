import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { at } from "../demo/storefront.js";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import type { ServiceProcess } from "../support/service-process.js";
import type { SweepWorld } from "./world.js";

export interface Call {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  body?: unknown;
  /** Refusals that belong to the story. */
  refusedWith?: readonly string[];
}

/** The service did something that the story does not allow. */
export class Astray extends Error {}

const RETRIES = 40;
const RETRY_MS = 50;
/** What a client is told while somebody else is at work on the same thing. */
const NOT_YET = new Set(["REQUEST_IN_PROGRESS", "PLACEMENT_IN_PROGRESS"]);

/**
 * One customer's way through the shop, up to the end or to the crash of the process he talks to; then he
 * goes on with another one. Remembers what a browser would, and repeats a step with the same key.
 */
export class Visit {
  token: string | null = null;
  sessionId: string | null = null;
  checkoutId = "";
  gatewayOrderId = "";
  paymentId = "";
  paid: AttemptResult | null = null;
  /** Gateway events that were answered 2xx: the gateway will not send them again. */
  readonly acknowledged = new Set<string>();
  private step = "";
  private tries = 0;
  private readonly keys = new Map<string, string>();

  constructor(
    /** The beginning of every request id of this visit. */
    readonly id: string,
    readonly world: SweepWorld,
    public service: ServiceProcess,
  ) {}

  /** Where the service is now. */
  goOnWith(service: ServiceProcess): void {
    this.service = service;
    this.world.sandbox.setServiceUrl(service.url);
  }

  begin(step: string): void {
    this.tries = step === this.step ? this.tries + 1 : 0;
    this.step = step;
  }

  /** Ends with a dot, so that `add` is not the beginning of `address`; a repetition is marked. */
  get requestId(): string {
    return `${this.id}.${this.step}.${this.tries === 0 ? "" : `again${this.tries}`}`;
  }

  /** One call of the customer, repeated while he is told to wait. @throws Astray */
  async call(call: Call): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, envelope } = await this.exchange(call);
      const code = String(at(envelope, "error.code"));
      if (status < 300) return at(envelope, "data");
      if (call.refusedWith?.includes(code)) return null;
      if (!NOT_YET.has(code) || attempt > RETRIES) {
        throw new Astray(`${call.method} ${call.path} answered ${status} ${JSON.stringify(envelope)}`);
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

  /** Runs a job now. @throws Astray when it fails */
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
    throw new Astray(`the job ${name} answered ${response.status} ${JSON.stringify(envelope)}`);
  }
}
