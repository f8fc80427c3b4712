import { CallFailed, get, messageOf } from "./api.js";

/** After failures the pause doubles up to this, so that a service in trouble is not asked more than it answers. */
const LONGEST_PAUSE_MS = 60_000;
/** A feed that missed this many updates is old. */
const MISSED_UPDATES = 3;

export interface FeedState<T> {
  data: T | null;
  /** When `data` was read. */
  at: number | null;
  /** Why the last read failed. */
  failure: CallFailed | null;
}

/** One resource of the API that is read again and again while the page is visible. */
export class Feed<T> {
  readonly state: FeedState<T> = { data: null, at: null, failure: null };
  /** When it is read next; null while it is stopped. */
  nextAt: number | null = null;
  #failures = 0;
  #round = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly path: () => string,
    readonly everyMs: number,
    private readonly changed: (state: FeedState<T>) => void,
  ) {}

  /** Reads now and then regularly. */
  start(): void {
    this.stop();
    void this.#read(this.#round);
  }

  /** What is being read is not shown any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.nextAt = null;
    this.#round += 1;
  }

  isOld(): boolean {
    const { at } = this.state;
    return at !== null && Date.now() - at > this.everyMs * MISSED_UPDATES;
  }

  async #read(round: number): Promise<void> {
    const result = await get<T>(this.path()).then(
      (data) => ({ data, at: Date.now(), failure: null }),
      (error: unknown) => ({ failure: toFailure(error) }),
    );
    if (round !== this.#round) return;
    this.#failures = result.failure ? this.#failures + 1 : 0;
    Object.assign(this.state, result);
    const pause = this.#pause(result.failure);
    this.nextAt = Date.now() + pause;
    this.#timer = setTimeout(() => void this.#read(round), pause);
    this.changed(this.state);
  }

  #pause(failure: CallFailed | null): number {
    // What a role may not see, it may not see in five seconds either.
    if (failure?.kind === "forbidden") return LONGEST_PAUSE_MS;
    const doubled = Math.min(this.everyMs * 2 ** this.#failures, Math.max(LONGEST_PAUSE_MS, this.everyMs));
    return Math.max(doubled, failure?.retryAfterMs ?? 0);
  }
}

const toFailure = (error: unknown): CallFailed =>
  error instanceof CallFailed ? error : new CallFailed("passing", messageOf(error));
