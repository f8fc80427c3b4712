import { mongo } from "mongoose";
import {
  designOf,
  InvoiceTemplate,
  type InvoiceTemplateDoc,
  type TemplateDesign,
  type TemplateLogo,
} from "../../../models/index.js";
import { ConflictError, OverloadedError } from "../../../utils/errors.js";
import { isDuplicateKey, sha256Hex } from "../../../utils/helpers.js";
import { adminActor } from "../../../utils/principal.js";
import { recordAudit } from "../audit.service.js";
import { getSettings } from "../settings.service.js";
import { inTransaction } from "../transaction.service.js";
import { assertReadable, fetchLogo, invalidLogo, toDataUrl } from "./logo.js";
import { renderPdf } from "./pdf.service.js";
import { sampleDocument } from "./sample-document.js";

/** What a shop's documents look like before an admin designs them. */
export const DEFAULT_DESIGN: Readonly<TemplateDesign> = {
  logo: null,
  header: null,
  footer: "Thank you for shopping with us.",
  terms: [
    "Please check your parcel on delivery and contact us if anything is missing or damaged.",
    "Returns follow the policy that was shown when you placed the order.",
    "Keep this document: it is your proof of purchase.",
  ].join("\n"),
  taxDisplay: "columns",
  colours: { primary: "#2f5d50", text: "#1f2933" },
};

const FIRST_VERSION = 1;

/** Changes without a version try again after a concurrent one; more in a row are not an admin's. */
const MAX_ATTEMPTS = 5;

/** The database returns bytes in a class of its own. */
const toTemplate = (stored: InvoiceTemplateDoc): InvoiceTemplateDoc => {
  if (!stored.logo) return stored;
  const bytes: unknown = stored.logo.bytes;
  const buffer = bytes instanceof mongo.Binary ? Buffer.from(bytes.buffer) : stored.logo.bytes;
  return { ...stored, logo: { contentType: stored.logo.contentType, bytes: buffer } };
};

async function findNewest(): Promise<InvoiceTemplateDoc | null> {
  const stored = await InvoiceTemplate.findOne().sort({ _id: -1 }).lean<InvoiceTemplateDoc>();
  return stored && toTemplate(stored);
}

/** The newest template; version 1 is created when it is first needed. */
export async function getCurrentTemplate(): Promise<InvoiceTemplateDoc> {
  return (await findNewest()) ?? (await createFirst());
}

async function createFirst(): Promise<InvoiceTemplateDoc> {
  const { logoUrl } = await getSettings("company");
  const logo = logoUrl ? await fetchLogo(logoUrl) : null;
  const isUsable = logo !== null && (await canDraw({ ...DEFAULT_DESIGN, logo }));
  const design = { ...DEFAULT_DESIGN, logo: isUsable ? logo : null };
  try {
    await InvoiceTemplate.create([{ _id: FIRST_VERSION, ...design, createdById: null }]);
  } catch (error) {
    // Another instance needed it at the same time.
    if (!isDuplicateKey(error)) throw error;
  }
  return getTemplate(FIRST_VERSION);
}

/** @throws Error for a version that was never stored */
export async function getTemplate(version: number): Promise<InvoiceTemplateDoc> {
  const stored = await InvoiceTemplate.findById(version).lean<InvoiceTemplateDoc>();
  if (stored) return toTemplate(stored);
  // Documents are issued with version 1 before one of them is drawn.
  if (version === FIRST_VERSION) return createFirst();
  throw new Error(`there is no invoice template ${version}`);
}

export interface TemplateChange {
  design: Partial<TemplateDesign>;
  /** The version as last read. Without it, the change applies to any version. */
  version?: number;
  by: string;
}

/**
 * Stores the next version, with an audit row. Documents that are already issued keep theirs.
 * @throws ConflictError VERSION_CONFLICT with `current`, after another change
 * @throws ValidationError for a logo that cannot be drawn
 */
export async function changeTemplate(change: TemplateChange): Promise<InvoiceTemplateDoc> {
  if (change.design.logo) await assertLogo(change.design.logo);
  for (let attempt = 1; ; attempt += 1) {
    const current = await getCurrentTemplate();
    if (change.version !== undefined && change.version !== current._id) throw staleVersion(current);
    try {
      return await insertNext(current, change);
    } catch (error) {
      if (!isDuplicateKey(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** The unique version is the comparison: of two changes of one version, one is a duplicate. */
async function insertNext(current: InvoiceTemplateDoc, { design, by }: TemplateChange) {
  const next = { ...designOf(current), ...design };
  const version = current._id + 1;
  await inTransaction(async (tx) => {
    await InvoiceTemplate.create([{ _id: version, ...next, createdById: by }], { session: tx });
    await recordAudit(
      {
        actor: adminActor(by),
        action: "invoiceTemplate.update",
        resourceType: "invoiceTemplate",
        resourceId: String(version),
        before: auditedDesign(designOf(current)),
        after: auditedDesign(next),
      },
      tx,
    );
  });
  return getTemplate(version);
}

/** Audit rows are kept for ever, so they have the logo's checksum instead of its bytes. */
const auditedDesign = (design: TemplateDesign) => ({
  ...design,
  logo: design.logo && { contentType: design.logo.contentType, sha256: sha256Hex(design.logo.bytes) },
});

const staleVersion = (current: InvoiceTemplateDoc): ConflictError =>
  new ConflictError("VERSION_CONFLICT", "The template was changed in the meantime; load it and try again", {
    current: {
      ...designOf(current),
      version: current._id,
      logo: current.logo && toDataUrl(current.logo),
    },
  });

/** @throws ValidationError for a logo that cannot be drawn: it would fail every document */
async function assertLogo(logo: TemplateLogo): Promise<void> {
  assertReadable(logo);
  if (!(await canDraw({ ...DEFAULT_DESIGN, logo }))) throw invalidLogo("cannot be read");
}

/** Only drawing it shows that an image is whole. A broken one fails in the worker, not here. */
async function canDraw(design: TemplateDesign): Promise<boolean> {
  try {
    await renderPdf(sampleDocument(design));
    return true;
  } catch (error) {
    if (error instanceof OverloadedError) throw error;
    return false;
  }
}
