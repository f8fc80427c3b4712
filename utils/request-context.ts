import { AsyncLocalStorage } from "node:async_hooks";
import { beginTrace, type Trace } from "./trace-context.js";

/**
 * The context of the current request, job run or outbox delivery, available without passing it on: the logger adds both
 * ids to every line, and the neighbours' client sends them along.
 */
export interface RequestContext {
  requestId: string;
  trace: Trace;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** @param context without a trace, a new one begins */
export function runWithContext<T>(
  { requestId, trace = beginTrace() }: Pick<RequestContext, "requestId"> & Partial<RequestContext>,
  work: () => T,
): T {
  return storage.run({ requestId, trace }, work);
}

export const currentContext = (): RequestContext | undefined => storage.getStore();

export const currentRequestId = (): string | undefined => storage.getStore()?.requestId;

export const currentTrace = (): Trace | undefined => storage.getStore()?.trace;
