import Joi from "joi";
import { TAX_DISPLAYS, type TaxDisplay, type TemplateColours } from "../../models/index.js";
import { wholeNumber } from "../../utils/request-schemas.js";
import { printedText } from "../../utils/text-schemas.js";

/** One request schema per handler, named after it. */

const MAX_MARGIN_TEXT = 500;
const MAX_TERMS = 20_000;
/** A megabyte as a data URL: sharp on paper, and small enough to be in every PDF. */
const MAX_LOGO = 1_400_000;

export interface DesignBody {
  /** A data URL; null removes the logo. */
  logo?: string | null;
  header?: string | null;
  footer?: string | null;
  terms?: string | null;
  taxDisplay?: TaxDisplay;
  colours?: TemplateColours;
}

const logo = () =>
  Joi.string()
    .max(MAX_LOGO)
    .pattern(/^data:image\/(?:png|jpeg);base64,[A-Za-z0-9+/]+={0,2}$/, "a PNG or JPEG as a data URL");

const optionalText = (max: number) => printedText(max).allow(null, "");

const colour = () => Joi.string().pattern(/^#[0-9a-f]{6}$/i, "a colour such as #1b4332");

const design = {
  logo: logo().allow(null),
  header: optionalText(MAX_MARGIN_TEXT),
  footer: optionalText(MAX_MARGIN_TEXT),
  terms: optionalText(MAX_TERMS),
  taxDisplay: Joi.string().valid(...TAX_DISPLAYS),
  colours: Joi.object<TemplateColours, true>({ primary: colour().required(), text: colour().required() }),
};

export const putTemplateSchema = {
  body: Joi.object<DesignBody & { version?: number }, true>({ ...design, version: wholeNumber() })
    .or(...Object.keys(design))
    .required(),
};

export const previewTemplateSchema = {
  body: Joi.object<DesignBody & { version?: number }, true>({ ...design, version: wholeNumber() }).required(),
};
