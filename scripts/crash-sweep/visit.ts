import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import { at } from "../support/json.js";
import type { ServiceProcess } from "../support/service-process.js";
import { describeAnswer, Shopper, type ShopRequest } from "../support/shopper.js";
import type { SweepWorld } from "./world.js";

interface VisitCall extends Pick<ShopRequest, "method" | "path" | "body"> {
  /** Error codes that this step may answer with. */
  refusedWith?: readonly string[];
  /** Default: the customer's own, if signed in. */
  token?: string;
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
  readonly shopper = new Shopper("");
  checkoutId = "";
  gatewayOrderId = "";
  paymentId = "";
  paid: AttemptResult | null = null;
  refundId = "";
  returnId = "";
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
  async call({ refusedWith = [], token, ...call }: VisitCall): Promise<unknown> {
    const request: ShopRequest = {
      ...call,
      url: this.service.url,
      headers: {
        "X-Request-Id": this.requestId,
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(call.method === "POST" ? { key: this.keyOf(call.path) } : {}),
    };
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.shopper.send(request);
      const code = answer.code ?? "";
      if (answer.status < 300) return answer.data;
      if (refusedWith.includes(code)) return null;
      if (!RETRY_CODES.has(code) || attempt > RETRIES)
        throw new JourneyFailed(describeAnswer(request, answer));
      await sleep(RETRY_MS);
    }
  }

  /** As `call`, by a member of the staff. @throws JourneyFailed */
  staff(call: VisitCall): Promise<unknown> {
    return this.call({ ...call, token: this.world.sandbox.tokens.finance });
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
