import { type Answer, ApiError, type Client, createClient } from "../../clients/typescript/index.js";
import { printExchange } from "../support/print.js";

type Call<T> = (api: Client) => Promise<Answer<T>>;

interface Sent {
  method: string;
  path: string;
  body?: unknown;
}

async function describeRequest(request: Request): Promise<Sent> {
  const { pathname, search } = new URL(request.url);
  const text = await request.clone().text();
  return { method: request.method, path: pathname + search, ...(text && { body: JSON.parse(text) }) };
}

/** A shopper, or a member of the staff, whose calls are printed. */
export class Storefront {
  /** For calls that are not printed. */
  readonly api: Client;
  /** The last request, to be printed with its answer. */
  private sent: Sent = { method: "", path: "" };
  private isSilent = false;

  constructor(
    private readonly url: string,
    token: string | null = null,
  ) {
    this.api = createClient({
      ...{ baseUrl: url, token },
      fetch: async (request) => {
        this.sent = await describeRequest(request);
        return fetch(request);
      },
    });
  }

  /** The same browser after signing in. It keeps its guest id. */
  signIn(token: string): Storefront {
    const signedIn = new Storefront(this.url, token);
    signedIn.api.sessionId = this.api.sessionId;
    return signedIn;
  }

  /** Does not print the exchanges of this work. */
  async silently<T>(work: () => Promise<T>): Promise<T> {
    this.isSilent = true;
    try {
      return await work();
    } finally {
      this.isSilent = false;
    }
  }

  /**
   * Makes a call and prints it.
   * @param summarize the line about the answer; default: its message
   * @returns its data
   * @throws ApiError when it is refused: the demo must not go on
   */
  async show<T>(call: Call<T>, summarize?: (data: T) => string): Promise<T> {
    try {
      const { data, status, message } = await call(this.api);
      if (!this.isSilent) printExchange({ ...this.sent, status, summary: summarize?.(data) ?? message });
      return data;
    } catch (error) {
      if (error instanceof ApiError) {
        printExchange({ ...this.sent, status: error.status, summary: `${error.code}: ${error.message}` });
      }
      throw error;
    }
  }

  /** Makes a call that has to be refused with this status. */
  async showRefusal(status: number, call: Call<unknown>): Promise<void> {
    const cause: unknown = await this.show(call).then(
      () => null,
      (error: unknown) => error,
    );
    if (!(cause instanceof ApiError) || cause.status !== status) {
      throw new Error(`a refusal with ${status} was expected`, { cause });
    }
  }
}
