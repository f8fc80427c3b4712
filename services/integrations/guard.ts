import { setTimeout as pause } from "node:timers/promises";
import type { BulkheadPolicy, CircuitBreakerPolicy } from "cockatiel";
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhenResult,
  noJitterGenerator,
} from "cockatiel";
import { logger } from "../../config/logger.config.js";
import {
  countContractFault,
  countRetry,
  observeUpstreamCall,
  watchNeighbour,
} from "../../config/metrics.config.js";
import { listed } from "../../utils/caches.js";
import { blockedMs } from "../../utils/event-loop.js";
import type { Failure, Outcome, Result } from "../../utils/result.js";

/** The outcome of one try. */
export interface Attempt<T> {
  result: Result<T>;
  /** The neighbour is unhealthy (no answer, 5xx, not JSON): counts towards opening the breaker. A refusal never does. */
  isFault: boolean;
  /** A second try may succeed (connection lost, 5xx). A time-out has used up the time. */
  isTransient: boolean;
  retryAfterMs?: number;
}

export interface GuardedCall<T> {
  /** Covers everything: waiting for a slot, all tries, the pauses between them. */
  deadlineMs: number;
  /** Repeating does no harm (a read, or a write with an idempotency key). */
  isRepeatable: boolean;
  send: (remainingMs: number) => Promise<Attempt<T>>;
}

export interface BreakerOptions {
  /** Consecutive faults that open it. Default 6: a single hung call or a restart does not. */
  faults?: number;
  /** How long it stays open at first, then doubling up to `maxCooldownMs`. Default 1 s. */
  cooldownMs?: number;
  /** Default 8 s: a neighbour that recovers is called again within ten seconds. */
  maxCooldownMs?: number;
}

export interface GuardOptions {
  service: string;
  /** Calls in flight; as many again may wait. */
  maxConcurrent: number;
  breaker?: BreakerOptions;
}

export type BreakerState = "closed" | "open" | "half-open";

export interface GuardState {
  inFlight: number;
  breaker: BreakerState;
}

/** One extra try: two tries in all. */
const MAX_RETRIES = 1;
/** Retries add at most a tenth to the calls, plus ten in a burst, so that an outage causes no retry storm. */
const RETRY_BUDGET = { perCall: 0.1, most: 10 };
const PAUSE_MS = { least: 20, spread: 100 };
/** With less time left, no try is started. */
const MIN_TRY_MS = 10;

/** If the first try may have taken effect, a second one that never arrived does not change that. */
function combine<T>(earlier: Result<T> | null, latest: Result<T>): Result<T> {
  const mayBeDone = earlier && !earlier.success && earlier.outcome === "unknown";
  return mayBeDone && !latest.success && latest.outcome === "unavailable" ? earlier : latest;
}

function createBreaker(service: string, settings: BreakerOptions): CircuitBreakerPolicy {
  const breaker = circuitBreaker(
    handleWhenResult((attempt) => (attempt as Attempt<unknown>).isFault),
    {
      breaker: new ConsecutiveBreaker(settings.faults ?? 6),
      halfOpenAfter: new ExponentialBackoff({
        initialDelay: settings.cooldownMs ?? 1_000,
        maxDelay: settings.maxCooldownMs ?? 8_000,
        generator: noJitterGenerator,
      }),
    },
  );
  breaker.onBreak(() => logger.warn({ service }, "> Circuit breaker opened"));
  breaker.onReset(() => logger.info({ service }, "> Circuit breaker closed"));
  return breaker;
}

/** Codes of failures without an answer. */
const WITHOUT_ANSWER: ReadonlySet<string> = new Set(["TIMEOUT", "NETWORK"]);
/** A neighbour that had less than this share of the call's time, because we were late, is not at fault. */
const FAIR_SHARE = 0.5;

/** Thrown past the breaker, which then counts neither a fault nor a success. */
class Uncounted extends Error {
  constructor(readonly attempt: Attempt<never>) {
    super("says nothing about the neighbour as it is now");
  }
}

/** Codes of calls that were not sent, so that the neighbour knows nothing of them. */
const NOT_SENT: ReadonlySet<string> = new Set(["BREAKER_OPEN", "BULKHEAD_FULL"]);

function endingOf(result: Result<unknown>): "succeeded" | "own_delay" | Outcome {
  if (result.success) return "succeeded";
  return result.isOwnDelay ? "own_delay" : result.outcome;
}

/** A random pause, or the neighbour's `Retry-After` if that is longer. */
function pauseBeforeRetry(attempt: Attempt<unknown>): number {
  const jittered = PAUSE_MS.least + Math.random() * PAUSE_MS.spread;
  return Math.max(jittered, attempt.retryAfterMs ?? 0);
}

/**
 * Bulkhead, retry and circuit breaker around the calls to one neighbour, so that its outage does not spread.
 * Order: a slot in the bulkhead, then the tries, each through the breaker.
 */
export class Guard {
  readonly #service: string;
  readonly #maxConcurrent: number;
  readonly #slots: BulkheadPolicy;
  #breaker: CircuitBreakerPolicy;
  /** How often the breaker has opened. */
  #openings = 0;
  #retryBudget = RETRY_BUDGET.most;

  constructor({ service, maxConcurrent, breaker = {} }: GuardOptions) {
    this.#service = service;
    this.#maxConcurrent = maxConcurrent;
    this.#slots = bulkhead(maxConcurrent, maxConcurrent);
    this.#breaker = this.#newBreaker(breaker);
    watchNeighbour(service, () => this.state());
    listed({
      clear: () => {
        this.#breaker = this.#newBreaker(breaker);
      },
    });
  }

  #newBreaker(settings: BreakerOptions): CircuitBreakerPolicy {
    const breaker = createBreaker(this.#service, settings);
    breaker.onBreak(() => {
      this.#openings += 1;
    });
    return breaker;
  }

  /** Never throws, and takes hardly longer than the deadline. */
  async run<T>(call: GuardedCall<T>): Promise<Result<T>> {
    const startedAt = performance.now();
    this.#retryBudget = Math.min(RETRY_BUDGET.most, this.#retryBudget + RETRY_BUDGET.perCall);
    const result = await this.#runInSlot(call, startedAt + call.deadlineMs);
    this.#record(result, performance.now() - startedAt);
    return result;
  }

  state(): GuardState {
    const inFlight = this.#maxConcurrent - this.#slots.executionSlots;
    return { inFlight, breaker: this.#breakerState() };
  }

  #breakerState(): BreakerState {
    const { state } = this.#breaker;
    if (state === CircuitState.Closed) return "closed";
    return state === CircuitState.HalfOpen ? "half-open" : "open";
  }

  async #runInSlot<T>(call: GuardedCall<T>, deadline: number): Promise<Result<T>> {
    try {
      return await this.#slots.execute(() => this.#tryUntilDone(call, deadline));
    } catch (error) {
      if (error instanceof BulkheadRejectedError) {
        return this.#notMade("BULKHEAD_FULL", "too many calls in flight").result;
      }
      logger.error({ service: this.#service, err: error }, "> Call to a neighbour failed unexpectedly");
      return {
        success: false,
        outcome: "unknown",
        code: "BAD_RESPONSE",
        error: error instanceof Error ? error.message : String(error),
        statusCode: 502,
        service: this.#service,
      };
    }
  }

  async #tryUntilDone<T>(call: GuardedCall<T>, deadline: number): Promise<Result<T>> {
    let earlier: Result<T> | null = null;
    for (let tries = 0; ; tries += 1) {
      const attempt = await this.#tryInTime(call, deadline);
      const result: Result<T> = combine(earlier, attempt.result);
      if (!attempt.isTransient || !call.isRepeatable || tries >= MAX_RETRIES || this.#retryBudget < 1) {
        return result;
      }
      const pauseMs = pauseBeforeRetry(attempt);
      if (performance.now() + pauseMs + MIN_TRY_MS > deadline) return result;
      earlier = result;
      this.#retryBudget -= 1;
      countRetry(this.#service);
      await pause(pauseMs);
    }
  }

  #tryInTime<T>(call: GuardedCall<T>, deadline: number): Promise<Attempt<T>> {
    const remainingMs = deadline - performance.now();
    if (remainingMs >= MIN_TRY_MS) return this.#tryOnce(call, remainingMs);
    // Waited in the bulkhead until there was no time left.
    return Promise.resolve(this.#notMade("BULKHEAD_FULL", "no free slot in time"));
  }

  async #tryOnce<T>(call: GuardedCall<T>, remainingMs: number): Promise<Attempt<T>> {
    // While the probe runs, cockatiel would queue all other calls and release them at once.
    if (this.#breaker.state === CircuitState.HalfOpen) return this.#breakerOpen();
    try {
      return await this.#breaker.execute(() => this.#sendFairly(call, remainingMs));
    } catch (error) {
      if (error instanceof Uncounted) return error.attempt;
      if (error instanceof BrokenCircuitError) return this.#breakerOpen();
      throw error;
    }
  }

  /**
   * @throws Uncounted for a call from before the breaker opened that fails, because it would open the breaker again while
   *   the neighbour is tried; and when there was no answer because the event loop was blocked, or the call had waited for
   *   its slot
   */
  async #sendFairly<T>(call: GuardedCall<T>, remainingMs: number): Promise<Attempt<T>> {
    const blockedBefore = blockedMs();
    const openingsBefore = this.#openings;
    const attempt = await call.send(remainingMs);
    const { result } = attempt;
    if (result.success || !attempt.isFault) return attempt;
    if (this.#openings !== openingsBefore) throw new Uncounted({ ...attempt, result });
    if (!WITHOUT_ANSWER.has(result.code)) return attempt;
    const neighbourHadMs = remainingMs - (blockedMs() - blockedBefore);
    if (neighbourHadMs >= call.deadlineMs * FAIR_SHARE) return attempt;
    const own: Failure = { ...result, isOwnDelay: true };
    throw new Uncounted({ ...attempt, result: own, isFault: false });
  }

  #breakerOpen(): Attempt<never> {
    return this.#notMade("BREAKER_OPEN", "circuit breaker open");
  }

  #notMade(code: string, error: string): Attempt<never> {
    const result: Failure = {
      success: false,
      outcome: "unavailable",
      code,
      error,
      statusCode: 503,
      service: this.#service,
    };
    return { result, isFault: false, isTransient: false };
  }

  #record(result: Result<unknown>, durationMs: number): void {
    const isNotSent = !result.success && NOT_SENT.has(result.code);
    observeUpstreamCall({
      service: this.#service,
      outcome: isNotSent ? "not_sent" : endingOf(result),
      seconds: durationMs / 1_000,
    });
    if (result.success || result.outcome === "refused") return;
    const { service, outcome, code, detail, statusCode } = result;
    const facts = { service, outcome, code, detail, statusCode };
    if (result.isContractFault) {
      countContractFault({ service, status: statusCode });
      logger.error(facts, "> A neighbour answered outside its contract; an operator must check it");
      return;
    }
    if (result.isOwnDelay) {
      logger.warn(facts, "> Too late to wait for an answer: this instance has too much work");
      return;
    }
    // One line per rejected call would hide the reason why the breaker is open.
    logger[isNotSent ? "debug" : "warn"](facts, "> Neighbour failed");
  }
}
