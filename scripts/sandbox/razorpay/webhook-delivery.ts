import type { Clock } from "../shared/clock.js";
import { GatewayError } from "./errors.js";
import { Poster } from "./webhook-http.js";
import type { DeliveryRecord, EndpointRecord, EventRecord, WebhookSettings } from "./webhook-types.js";

/** Retries, in seconds after the first delivery, as measured on the real gateway. */
const LADDER_SECONDS = [6, 19, 40, 82, 164, 326, 650, 1293, 2577, 5140, 10_260, 20_520, 41_004, 81_936];
/** The gateway retries these events once quickly after a 5xx. */
const QUICK_RETRY_SECONDS = 0.23;
const QUICK_RETRY_EVENTS = ["payment.authorized", "payment.captured", "order.paid"];
const DISABLE_AFTER_SECONDS = 24 * 60 * 60;

export interface StoredEvent {
  record: EventRecord;
  /** The body of every delivery, serialised once. */
  bytes: Buffer;
}

export interface Job {
  event: StoredEvent;
  url: string;
  kind: DeliveryRecord["kind"];
  attempt: number;
  /** Clock time of the first delivery (ms). */
  firstAt: number;
  ladderStep: number;
  signature: string | null;
  headers?: Record<string, string | string[]>;
}

/** Delivers events to the endpoints, retries along the ladder, and disables an endpoint after 24 hours. */
export class WebhookDeliverer {
  private readonly endpoints = new Map<string, EndpointRecord>();
  private deliveryLog: DeliveryRecord[] = [];
  private readonly poster = new Poster();
  readonly pending = new PendingDeliveries();
  /** Deliveries from before a reset or the end are not recorded. */
  private epoch = 0;

  constructor(
    private readonly clock: Clock,
    private readonly settings: WebhookSettings,
  ) {}

  setUrls(urls: readonly string[]): void {
    this.endpoints.clear();
    for (const url of urls) this.endpoints.set(url, { url, enabled: true, failingSince: null });
  }

  listEndpoints(): EndpointRecord[] {
    return [...this.endpoints.values()].map((endpoint) => ({ ...endpoint }));
  }

  enable(url: string): void {
    if (!this.endpoints.has(url)) throw new GatewayError(400, "BAD_REQUEST_ERROR", `no endpoint ${url}`);
    this.endpoints.set(url, { url, enabled: true, failingSince: null });
  }

  deliveries(): DeliveryRecord[] {
    return [...this.deliveryLog];
  }

  enabledUrls(): string[] {
    return [...this.endpoints.values()].filter(({ enabled }) => enabled).map(({ url }) => url);
  }

  jobOf(event: StoredEvent, url: string, kind: Job["kind"]): Job {
    const firstAt = this.clock.now();
    return { event, url, kind, attempt: 1, firstAt, ladderStep: 0, signature: event.record.signature };
  }

  schedule(job: Job, delayMs: number): void {
    const done = this.pending.begin(job.kind === "retry" ? "retry" : "first");
    this.clock.after(delayMs, () => {
      const acknowledged = job.kind === "retry" && job.event.record.acknowledgedBy.includes(job.url);
      if (acknowledged || !this.endpoints.get(job.url)?.enabled) return done();
      if (job.kind === "first") job.firstAt = this.clock.now();
      void this.deliver(job).finally(done);
    });
  }

  deliverNow(jobs: Job[]): Promise<DeliveryRecord[]> {
    return Promise.all(
      jobs.map((job) => {
        const done = this.pending.begin("first");
        return this.deliver(job).finally(done);
      }),
    );
  }

  private async deliver(job: Job): Promise<DeliveryRecord> {
    const { clock, settings, epoch } = this;
    const startedAt = clock.now();
    const began = performance.now();
    const answer = await this.poster.post({
      url: job.url,
      body: job.event.bytes,
      headers: headersOf(job),
      timeoutMs: settings.timeoutMs,
    });
    const delivery: DeliveryRecord = {
      eventId: job.event.record.id,
      event: job.event.record.event,
      url: job.url,
      attempt: job.attempt,
      kind: job.kind,
      ...answer,
      signature: job.signature,
      startedAt,
      durationMs: performance.now() - began,
    };
    if (epoch === this.epoch) this.conclude(job, delivery);
    return delivery;
  }

  private conclude(job: Job, delivery: DeliveryRecord): void {
    this.deliveryLog.push(delivery);
    const { acknowledgedBy } = job.event.record;
    const endpoint = this.endpoints.get(job.url);
    const { status } = delivery;
    if (status !== null && status >= 200 && status < 300) {
      if (!acknowledgedBy.includes(job.url)) acknowledgedBy.push(job.url);
      if (endpoint) endpoint.failingSince = null;
      return;
    }
    if (job.kind !== "first" && job.kind !== "retry") return;
    if (endpoint) endpoint.failingSince ??= delivery.startedAt;
    this.scheduleRetry(job, status);
  }

  private scheduleRetry(job: Job, status: number | null): void {
    const quick =
      job.attempt === 1 && (status ?? 0) >= 500 && QUICK_RETRY_EVENTS.includes(job.event.record.event);
    const offset = quick ? QUICK_RETRY_SECONDS : LADDER_SECONDS[job.ladderStep];
    if (offset === undefined) {
      this.scheduleDisabling(job);
      return;
    }
    const next: Job = {
      ...job,
      kind: "retry",
      attempt: job.attempt + 1,
      ladderStep: job.ladderStep + (quick ? 0 : 1),
    };
    this.schedule(next, this.untilOffset(job, offset));
  }

  private untilOffset(job: Job, seconds: number): number {
    const dueAt = job.firstAt + seconds * 1000 * this.settings.ladderScale;
    return Math.max(0, dueAt - this.clock.now());
  }

  /** An event that fails for 24 hours disables its endpoint, until a person enables it again. */
  private scheduleDisabling(job: Job): void {
    const done = this.pending.begin("retry");
    this.clock.after(this.untilOffset(job, DISABLE_AFTER_SECONDS), () => {
      const endpoint = this.endpoints.get(job.url);
      if (endpoint && !job.event.record.acknowledgedBy.includes(job.url)) endpoint.enabled = false;
      done();
    });
  }

  reset(): void {
    this.epoch += 1;
    this.pending.reset();
    this.deliveryLog = [];
    this.setUrls([...this.endpoints.keys()]);
  }

  close(): void {
    this.epoch += 1;
    this.poster.close();
  }
}

function headersOf(job: Job): Record<string, string | string[]> {
  const { id } = job.event.record;
  return {
    "User-Agent": "Razorpay-Webhook/v1",
    "Content-Type": "application/json",
    ...(job.signature === null ? {} : { "X-Razorpay-Signature": job.signature }),
    "X-Razorpay-Event-Id": id,
    "Request-Id": id,
    "Accept-Encoding": "gzip",
    ...job.headers,
  };
}

type PendingKind = "first" | "retry";

/** Counts deliveries that are scheduled or in flight, so that a test can wait for them. */
class PendingDeliveries {
  private counts: Record<PendingKind, number> = { first: 0, retry: 0 };
  private readonly waiting = new Set<() => void>();

  /** Returns a function to call once, when the delivery has ended. */
  begin(kind: PendingKind): () => void {
    const { counts } = this;
    counts[kind] += 1;
    return () => {
      counts[kind] -= 1;
      this.checkAll();
    };
  }

  untilQuiet(withRetries: boolean, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.delete(check);
        const { first, retry } = this.counts;
        reject(new Error(`webhooks still pending after ${timeoutMs} ms: ${first} first, ${retry} retries`));
      }, timeoutMs).unref();
      const check = () => {
        if (this.counts.first > 0 || (withRetries && this.counts.retry > 0)) return;
        clearTimeout(timer);
        this.waiting.delete(check);
        resolve();
      };
      this.waiting.add(check);
      check();
    });
  }

  /** Starts at zero; deliveries that are still in flight count down on the old object. */
  reset(): void {
    this.counts = { first: 0, retry: 0 };
    this.checkAll();
  }

  private checkAll(): void {
    for (const check of this.waiting) check();
  }
}
