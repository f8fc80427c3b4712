import { AsyncLocalStorage } from "node:async_hooks";

/**
 * The context of the current request or job run, available without passing it on: the logger adds the id to every line,
 * and the neighbours' client sends it along.
 */
export interface RequestContext {
  requestId: string;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runWithContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work);
}

export function currentRequestId(): string | undefined {
  return storage.getStore()?.requestId;
}
