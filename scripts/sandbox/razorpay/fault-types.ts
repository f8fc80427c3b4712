export const FAULT_ACTIONS = [
  "status401",
  "status429",
  "status500",
  "status502",
  "status503",
  "hang",
  "reset",
  "html200",
  "empty500",
  "null500",
  "delay",
] as const;
export type FaultAction = (typeof FAULT_ACTIONS)[number];

export interface FaultRule {
  /** Method and path below `/v1`: `POST /orders`, `GET /payments/:id`, `* /payments/*`. */
  match: string;
  action: FaultAction;
  /** `before`: nothing is done; `after`: everything is done and only the answer is spoilt. Default `before`. */
  when?: "before" | "after";
  /** Default 1. */
  times?: number | "always";
  /** For `delay`: how long (default 1000). */
  delayMs?: number;
  /** Strikes a matching call with this chance only (0..1, default 1); seeded, see `settings.seed`. */
  probability?: number;
}

export interface ActiveFault extends Required<FaultRule> {
  id: string;
  hits: number;
}
