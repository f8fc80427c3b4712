import type { Clock } from "../shared/clock.js";
import { shuffle } from "../shared/random.js";
import { GatewayError } from "./errors.js";
import { randomSuffix } from "./types.js";
import { type EventParts, envelopeOf, serialize, signBody } from "./webhook-body.js";
import { type Job, type StoredEvent, WebhookDeliverer } from "./webhook-delivery.js";
import type {
  DeliveryRecord,
  EventRecord,
  FlushOptions,
  ReleaseOptions,
  SendEventOptions,
  SentEvent,
  WebhookSettings,
} from "./webhook-types.js";

const REPLAY_DAYS = 7;

interface SenderOptions {
  clock: Clock;
  settings: WebhookSettings;
  secret: string;
  urls: string[];
  accountId: string;
  random: () => number;
}

/** Signs an event once, stores its bytes, and delivers them at least once, in no guaranteed order. */
export class WebhookSender {
  readonly deliverer: WebhookDeliverer;
  private secret: string;
  private readonly events = new Map<string, StoredEvent>();
  private held: StoredEvent[] = [];

  constructor(private readonly options: SenderOptions) {
    this.secret = options.secret;
    this.deliverer = new WebhookDeliverer(options.clock, options.settings);
    this.deliverer.setUrls(options.urls);
  }

  rotateSecret(secret: string): void {
    this.secret = secret;
  }

  listEvents(): EventRecord[] {
    return [...this.events.values()].map(({ record }) => ({
      ...record,
      acknowledgedBy: [...record.acknowledgedBy],
    }));
  }

  emit(event: string, payload: EventParts): void {
    const { settings, clock, accountId } = this.options;
    const envelope = envelopeOf({
      accountId,
      event,
      contains: Object.keys(payload),
      payload,
      createdAt: clock.nowSeconds(),
    });
    const body = serialize(envelope, settings.style);
    const stored = this.store(randomSuffix(), event, body, signBody(body, this.secret));
    const dropped = settings.drop === "all" || (settings.drop !== "none" && settings.drop.includes(event));
    if (dropped) stored.record.state = "dropped";
    else if (settings.hold) {
      stored.record.state = "held";
      this.held.push(stored);
    } else for (const job of this.firstJobs(stored)) this.deliverer.schedule(job, this.firstDelay());
  }

  private store(id: string, event: string, body: string, signature: string | null): StoredEvent {
    const createdAt = this.options.clock.now();
    const record: EventRecord = {
      id,
      event,
      createdAt,
      body,
      signature,
      state: "scheduled",
      acknowledgedBy: [],
    };
    const stored = { record, bytes: Buffer.from(body) };
    this.events.set(id, stored);
    return stored;
  }

  private firstDelay(): number {
    const { settings, random } = this.options;
    return settings.delayMs + (settings.shuffleMs > 0 ? random() * settings.shuffleMs : 0);
  }

  private firstJobs(event: StoredEvent): Job[] {
    return this.deliverer
      .enabledUrls()
      .flatMap((url) => [
        this.deliverer.jobOf(event, url, "first"),
        ...Array.from({ length: this.options.settings.duplicates }, () =>
          this.deliverer.jobOf(event, url, "duplicate"),
        ),
      ]);
  }

  async sendEvent(event: string, payload: unknown, given: SendEventOptions = {}): Promise<SentEvent> {
    const { clock, settings, accountId } = this.options;
    const envelope = envelopeOf({
      accountId: given.accountId === undefined ? accountId : given.accountId,
      event,
      contains: given.contains ?? Object.keys(payload ?? {}),
      payload,
      createdAt: given.createdAt === undefined ? clock.nowSeconds() : given.createdAt,
    });
    const body = given.rawBody ?? serialize(envelope, given.style ?? settings.style);
    const signed = signBody(body, given.secret ?? this.secret);
    const signature = given.signature === undefined ? signed : given.signature;
    const stored = this.store(given.eventId ?? randomSuffix(), event, body, signature);
    const urls = given.url === undefined ? this.deliverer.enabledUrls() : [given.url];
    const jobs = urls.flatMap((url) =>
      Array.from({ length: given.copies ?? 1 }, () => ({
        ...this.deliverer.jobOf(stored, url, "sent"),
        headers: given.headers,
      })),
    );
    return { eventId: stored.record.id, body, signature, deliveries: await this.deliverer.deliverNow(jobs) };
  }

  async release(given: ReleaseOptions = {}): Promise<DeliveryRecord[]> {
    const wanted = (event: StoredEvent) => given.eventIds?.includes(event.record.id) ?? true;
    const chosen = this.inOrder(this.held.filter(wanted), given);
    this.held = this.held.filter((event) => !wanted(event));
    for (const event of chosen) event.record.state = "scheduled";
    if (given.parallel) return this.deliverer.deliverNow(chosen.flatMap((event) => this.firstJobs(event)));
    const deliveries: DeliveryRecord[] = [];
    for (const event of chosen) deliveries.push(...(await this.deliverer.deliverNow(this.firstJobs(event))));
    return deliveries;
  }

  /** In the order of `eventIds`, unless `order` is set. */
  private inOrder(events: StoredEvent[], { eventIds, order }: ReleaseOptions): StoredEvent[] {
    if (order === "reverse") return [...events].reverse();
    if (order === "shuffled") return shuffle(events, this.options.random);
    if (!eventIds || order === "fifo") return events;
    const rank = (event: StoredEvent) => eventIds.indexOf(event.record.id);
    return [...events].sort((a, b) => rank(a) - rank(b));
  }

  redeliver(eventId: string): Promise<DeliveryRecord[]> {
    const event = this.getEvent(eventId);
    return this.deliverer.deliverNow(
      this.deliverer.enabledUrls().map((url) => this.deliverer.jobOf(event, url, "duplicate")),
    );
  }

  async replay(eventId: string): Promise<DeliveryRecord[]> {
    const event = this.getEvent(eventId);
    const age = this.options.clock.now() - event.record.createdAt;
    if (age > REPLAY_DAYS * 24 * 60 * 60 * 1000) {
      throw new GatewayError(400, "BAD_REQUEST_ERROR", "events older than 7 days cannot be replayed");
    }
    const urls = this.deliverer.enabledUrls().filter((url) => !event.record.acknowledgedBy.includes(url));
    if (urls.length === 0) {
      throw new GatewayError(400, "BAD_REQUEST_ERROR", "every enabled endpoint has acknowledged this event");
    }
    const signature = signBody(event.bytes, this.secret);
    return this.deliverer.deliverNow(
      urls.map((url) => ({ ...this.deliverer.jobOf(event, url, "replay"), signature })),
    );
  }

  private getEvent(id: string): StoredEvent {
    const event = this.events.get(id);
    if (!event) throw new GatewayError(400, "BAD_REQUEST_ERROR", `no event ${id}`);
    return event;
  }

  flush(options: FlushOptions = {}): Promise<void> {
    return this.deliverer.pending.untilQuiet(options.retries ?? false, options.timeoutMs ?? 10_000);
  }

  /** The caller has already cancelled the clock's tasks, so no scheduled delivery follows. */
  reset(): void {
    this.events.clear();
    this.held = [];
    this.deliverer.reset();
  }

  close(): void {
    this.deliverer.close();
  }
}
