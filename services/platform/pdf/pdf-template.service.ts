import type { InvoiceTemplateDoc, TemplateDesign } from "../../../models/index.js";

/** The newest template; version 1 is created when it is first needed. */
export async function getCurrentTemplate(): Promise<InvoiceTemplateDoc> {
  throw new Error("stub");
}

export async function getTemplate(_version: number): Promise<InvoiceTemplateDoc> {
  throw new Error("stub");
}

export interface TemplateChange {
  design: Partial<TemplateDesign>;
  /** The version as last read. Without it, the change applies to any version. */
  version?: number;
  by: string;
}

/** Stores the next version, with an audit row. @throws ConflictError VERSION_CONFLICT */
export async function changeTemplate(_change: TemplateChange): Promise<InvoiceTemplateDoc> {
  throw new Error("stub");
}
