import type { DataOf, Schemas } from "../../clients/typescript/index.js";
import type { paths } from "../../clients/typescript/schema.js";

/** What the page reads of the API's answers, in the types that are made from the routes. */

type DataAt<Path extends keyof paths> = DataOf<paths[Path]["get"]>;

export type Summary = Schemas["OpsSummary"];
export type Health = Schemas["Health"];
export type JobRun = Schemas["JobRun"];
export type Job = Schemas["Job"];
export type Jobs = DataAt<"/api/admin/jobs">;
export type Message = Schemas["OutboxMessage"];
export type Messages = DataAt<"/api/admin/outbox">;
export type Funnel = DataAt<"/api/admin/checkouts/funnel">;
export type OrderAnalysis = DataAt<"/api/admin/orders/analytics">;
export type PaymentAnalysis = DataAt<"/api/admin/payments/analytics">;
export type RefundAnalysis = DataAt<"/api/admin/refunds/analytics">;
export type Report = Schemas["ReconciliationReport"];
export type Reports = DataAt<"/api/admin/payments/reconciliations">;
/** Not as a CSV file. */
export type ReportDetail = Exclude<DataAt<"/api/admin/payments/reconciliations/{reportId}">, Blob>;
export type FoundOrders = DataAt<"/api/admin/orders/search">;
export type Order = Schemas["AdminOrder"];
export type Returns = DataAt<"/api/admin/returns">;
