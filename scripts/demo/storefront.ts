import { printExchange } from "../support/print.js";
import { type Answer, describeAnswer, Shopper, type ShopRequest } from "../support/shopper.js";

export interface StorefrontCall extends ShopRequest {
  /** The line to print about the answer. Default: the envelope's message. */
  summarize?: (data: unknown) => string;
  /** The status of an expected refusal. Any other status above 399 ends the demo. */
  expect?: number;
  /** Does not print the exchange. */
  silent?: boolean;
}

/** A shopper whose calls are printed. */
export class Storefront {
  private readonly shopper: Shopper;
  private isSilent = false;

  constructor(url: string, token: string | null = null) {
    this.shopper = new Shopper(url, token);
  }

  /** The same browser after signing in. It keeps its guest id. */
  signIn(token: string): Storefront {
    const signedIn = new Storefront(this.shopper.url, token);
    signedIn.shopper.guestId = this.shopper.guestId;
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

  /** @throws Error when the answer is not the expected one: the demo must not go on with it */
  async call(call: StorefrontCall): Promise<Answer> {
    const answer = await this.shopper.send(call);
    if (!call.silent && !this.isSilent)
      printExchange({ ...call, status: answer.status, summary: summaryOf(call, answer) });
    const isExpected = call.expect === undefined ? answer.status < 400 : answer.status === call.expect;
    if (!isExpected) throw new Error(describeAnswer(call, answer));
    return answer;
  }
}

function summaryOf({ summarize }: StorefrontCall, { code, message, data }: Answer): string {
  if (code) return `${code}: ${message}`;
  return summarize ? summarize(data) : message;
}
