import { company } from "./company.js";
import { identity, upstreams } from "./neighbours.js";
import { operation } from "./operation.js";
import { payments, secrets } from "./payments.js";
import type { VariableSpec } from "./variable.js";

export type { VariableSpec };

export const VARIABLES: Readonly<Record<string, VariableSpec>> = {
  ...operation,
  ...identity,
  ...upstreams,
  ...payments,
  ...secrets,
  ...company,
};
