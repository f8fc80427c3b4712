import { model } from "mongoose";
import { appendOnly } from "./parts/append-only.js";
import { count, oneOf, optionalPart, optionalText, text } from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

/** Tax in columns of each line, or only in the summary below them. */
export const TAX_DISPLAYS = ["columns", "summary"] as const;
export type TaxDisplay = (typeof TAX_DISPLAYS)[number];

export interface TemplateLogo {
  contentType: "image/png" | "image/jpeg";
  bytes: Buffer;
}

/** `#rrggbb`. */
export interface TemplateColours {
  primary: string;
  text: string;
}

/** What an admin can design. */
export interface TemplateDesign {
  logo: TemplateLogo | null;
  header: string | null;
  footer: string | null;
  terms: string | null;
  taxDisplay: TaxDisplay;
  colours: TemplateColours;
}

/** One version of the invoice template. Never changed, so that a document can be rendered again, byte by byte. */
export interface InvoiceTemplateDoc extends TemplateDesign {
  /** The version, from 1. */
  _id: number;
  createdById: string | null;
  createdAt: Date;
}

/** Picks exactly these fields from a template. */
export const designOf = (template: TemplateDesign): TemplateDesign => ({
  logo: template.logo,
  header: template.header,
  footer: template.footer,
  terms: template.terms,
  taxDisplay: template.taxDisplay,
  colours: { primary: template.colours.primary, text: template.colours.text },
});

const logoPart = definePart<TemplateLogo>({
  contentType: oneOf(["image/png", "image/jpeg"]),
  bytes: { type: Buffer, required: true },
});
const coloursPart = definePart<TemplateColours>({ primary: text, text });

const schema = defineSchema<InvoiceTemplateDoc>(
  "invoiceTemplates",
  {
    _id: { ...count, min: 1 },
    logo: optionalPart(logoPart),
    header: optionalText,
    footer: optionalText,
    terms: optionalText,
    taxDisplay: oneOf(TAX_DISPLAYS, "columns"),
    colours: { type: coloursPart, required: true },
    createdById: optionalText,
  },
  "created",
);
schema.plugin(appendOnly);

export const InvoiceTemplate = model<InvoiceTemplateDoc>("InvoiceTemplate", schema);
