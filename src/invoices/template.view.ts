import Joi from "joi";
import { type InvoiceTemplateDoc, TAX_DISPLAYS } from "../../models/index.js";
import { toDataUrl } from "../../services/platform/pdf/logo.js";
import { moment } from "../../utils/view-schemas.js";
import { count, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";

export const toTemplateView = ({ colours, ...template }: InvoiceTemplateDoc) => ({
  version: template._id,
  logo: template.logo && toDataUrl(template.logo),
  header: template.header,
  footer: template.footer,
  terms: template.terms,
  taxDisplay: template.taxDisplay,
  colours: { primary: colours.primary, text: colours.text },
  updatedAt: template.createdAt,
  updatedBy: template.createdById,
});

export const TemplateView = viewOf<ReturnType<typeof toTemplateView>>("InvoiceTemplate", {
  version: count,
  logo: textOrNull.description("A data URL"),
  header: textOrNull,
  footer: textOrNull,
  terms: textOrNull,
  taxDisplay: Joi.string().valid(...TAX_DISPLAYS),
  colours: Joi.object({ primary: text.required(), text: text.required() }),
  updatedAt: moment,
  updatedBy: textOrNull.description("The admin; null for the first version"),
}).required();
