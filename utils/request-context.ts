import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What belongs to the request (or job run) being worked on, wherever the code is: the logger puts
 * the id on every line and the upstream client sends it along, without anybody passing it on.
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
