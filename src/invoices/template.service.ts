import { designOf, type InvoiceTemplateDoc, type TemplateDesign } from "../../models/index.js";
import { renderPreview } from "../../services/flows/invoice-pdf.flow.js";
import { fromDataUrl } from "../../services/platform/pdf/logo.js";
import { changeTemplate, getCurrentTemplate } from "../../services/platform/pdf/pdf-template.service.js";

export const getTemplate = (): Promise<InvoiceTemplateDoc> => getCurrentTemplate();

/** A design as JSON has it: the logo is a data URL; an empty text is none. */
export interface DesignInput extends Partial<Omit<TemplateDesign, "logo">> {
  logo?: string | null;
}

/**
 * Stores the given parts as the next version. Documents that are issued already keep theirs.
 * @throws ValidationError for a logo that cannot be printed; ConflictError VERSION_CONFLICT with the `current` template
 */
export function updateTemplate(change: {
  design: DesignInput;
  version?: number | undefined;
  by: string;
}): Promise<InvoiceTemplateDoc> {
  const { version, by } = change;
  const design = readDesign(change.design);
  return changeTemplate({ design, by, ...(version === undefined ? {} : { version }) });
}

/**
 * A sample invoice in the current design with the given parts. It is in no series, and nothing is stored.
 * @throws ValidationError for a logo that cannot be printed
 */
export async function previewTemplate(input: DesignInput): Promise<Buffer> {
  const design = readDesign(input);
  return renderPreview({ ...designOf(await getCurrentTemplate()), ...design });
}

/** Only the given parts. */
function readDesign({ logo, ...rest }: DesignInput): Partial<TemplateDesign> {
  const texts = (["header", "footer", "terms"] as const).flatMap((name) =>
    rest[name] === undefined ? [] : [[name, rest[name] || null]],
  );
  return {
    ...Object.fromEntries(texts),
    ...(logo === undefined ? {} : { logo: logo === null ? null : fromDataUrl(logo) }),
    ...(rest.taxDisplay ? { taxDisplay: rest.taxDisplay } : {}),
    ...(rest.colours ? { colours: rest.colours } : {}),
  };
}
