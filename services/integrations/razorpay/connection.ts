import type { Result } from "../../../utils/result.js";
import type { GatewayPayment } from "../payment-gateway.js";
import { mapRazorpayPayment } from "./payment-entities.js";
import { createTransport, type TransportCall, type TransportOptions } from "./transport.js";

export interface RazorpayOptions extends TransportOptions {
  webhookSecrets: readonly string[];
  accountId?: string | undefined;
  capture: "automatic" | "manual";
  merchantName: string;
  downtimeCacheSeconds: number;
}

type Call<T> = Omit<TransportCall<T>, "isWrite">;

/** What the calls of the adapter share. */
export interface Connection {
  options: RazorpayOptions;
  /** A look-up: repeated when it fails. */
  ask<T>(call: Call<T>): Promise<Result<T>>;
  /** May have an effect: sent once. */
  write<T>(call: Call<T>): Promise<Result<T>>;
  readPayment(entity: unknown): GatewayPayment;
}

/** @throws Error when the keys are missing or do not fit the address */
export function connect(options: RazorpayOptions): Connection {
  const transport = createTransport(options);
  return {
    options,
    ask: (call) => transport.call({ ...call, isWrite: false }),
    write: (call) => transport.call({ ...call, isWrite: true }),
    readPayment: (entity) => mapRazorpayPayment(entity, options.capture),
  };
}
