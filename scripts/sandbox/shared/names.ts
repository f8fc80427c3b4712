/** The services that the sandbox stands in for. */
export const SERVICE_NAMES = [
  "auth",
  "catalog",
  "pricing",
  "inventory",
  "shipping",
  "engagement",
  "razorpay",
] as const;

export type ServiceName = (typeof SERVICE_NAMES)[number];

export const isServiceName = (name: string): name is ServiceName =>
  SERVICE_NAMES.some((known) => known === name);
