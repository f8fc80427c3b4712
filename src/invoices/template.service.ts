import type { InvoiceTemplateDoc, TemplateDesign, TemplateLogo } from "../../models/index.js";
import { renderPreview } from "../../services/flows/invoice-pdf.flow.js";
import {
  changeTemplate,
  designOf,
  getCurrentTemplate,
} from "../../services/platform/pdf/pdf-template.service.js";
import { ConflictError, ValidationError } from "../../utils/errors.js";

/** A design as JSON has it: the logo is a data URL. */
export interface DesignInput extends Partial<Omit<TemplateDesign, "logo">> {
  logo?: string | null;
}

/** A version of the template, with its logo as a data URL. */
export interface TemplateDetails extends Omit<TemplateDesign, "logo"> {
  version: number;
  logo: string | null;
  updatedAt: Date;
  updatedBy: string | null;
}

export const getTemplate = async (): Promise<TemplateDetails> => toDetails(await getCurrentTemplate());

/**
 * Stores the given parts as the next version. Documents that are issued already keep theirs.
 * @throws ValidationError for a logo that is not the image it says it is;
 *   ConflictError VERSION_CONFLICT with the `current` template
 */
export async function updateTemplate(change: {
  design: DesignInput;
  version?: number | undefined;
  by: string;
}): Promise<TemplateDetails> {
  const { version, by } = change;
  const design = toDesign(change.design);
  try {
    return toDetails(await changeTemplate({ design, by, ...(version === undefined ? {} : { version }) }));
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    throw new ConflictError(error.code, error.message, { current: await getTemplate() });
  }
}

/** A sample invoice in the current design with the given parts; it is in no series and not stored. */
export const previewTemplate = async (input: DesignInput): Promise<Buffer> =>
  renderPreview({ ...designOf(await getCurrentTemplate()), ...toDesign(input) });

const toDetails = ({
  _id,
  logo,
  createdAt,
  createdById,
  ...design
}: InvoiceTemplateDoc): TemplateDetails => ({
  version: _id,
  logo: logo && `data:${logo.contentType};base64,${Buffer.from(logo.bytes).toString("base64")}`,
  header: design.header,
  footer: design.footer,
  terms: design.terms,
  taxDisplay: design.taxDisplay,
  colours: { primary: design.colours.primary, text: design.colours.text },
  updatedAt: createdAt,
  updatedBy: createdById,
});

/** Only the given parts; an empty text is none. */
function toDesign({ logo, ...rest }: DesignInput): Partial<TemplateDesign> {
  const texts = (["header", "footer", "terms"] as const).flatMap((name) =>
    rest[name] === undefined ? [] : [[name, rest[name] || null]],
  );
  return {
    ...Object.fromEntries(texts),
    ...(logo === undefined ? {} : { logo: logo === null ? null : readLogo(logo) }),
    ...(rest.taxDisplay ? { taxDisplay: rest.taxDisplay } : {}),
    ...(rest.colours ? { colours: rest.colours } : {}),
  };
}

/** The first bytes of a file of each type. */
const SIGNATURES = {
  "image/png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  "image/jpeg": Buffer.from([0xff, 0xd8, 0xff]),
} as const satisfies Record<TemplateLogo["contentType"], Buffer>;

/** The bytes decide: another kind of file under this name would fail every invoice. */
function readLogo(dataUrl: string): TemplateLogo {
  const contentType = dataUrl.startsWith("data:image/png;") ? "image/png" : "image/jpeg";
  const bytes = Buffer.from(dataUrl.slice(dataUrl.indexOf(",") + 1), "base64");
  const signature = SIGNATURES[contentType];
  if (bytes.subarray(0, signature.length).equals(signature)) return { contentType, bytes };
  throw new ValidationError([{ in: "body", path: "logo", message: `"logo" is not an ${contentType} file` }]);
}
