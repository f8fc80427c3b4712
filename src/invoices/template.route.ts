import { admin, describedRouter, file } from "../../middlewares/described-router.js";
import * as controller from "./template.controller.js";
import * as schemas from "./template.validation.js";
import { TemplateView } from "./template.view.js";

const template = describedRouter({ base: "/api/admin/invoices/template", tag: "Invoices" });

/**
 * @route GET /api/admin/invoices/template
 * @description The newest version of the invoice template
 * @access Admin (settings:write)
 */
template.get(
  "/",
  {
    summary: "The invoice template",
    access: admin("settings:write"),
    answers: { 200: TemplateView },
  },
  controller.getTemplate,
);

/**
 * @route PUT /api/admin/invoices/template
 * @description Stores the given parts as the next version; audited. A stale `version` answers 409
 * @access Admin (settings:write)
 */
template.put(
  "/",
  {
    summary: "Change the invoice template",
    description: "Documents that are issued already keep their version. `null` removes the logo or a text.",
    access: admin("settings:write"),
    schemas: schemas.putTemplateSchema,
    answers: { 200: TemplateView },
    refuses: ["VERSION_CONFLICT", "OUTCOME_UNKNOWN"],
    bodyLimit: "large",
  },
  controller.putTemplate,
);

/**
 * @route POST /api/admin/invoices/template/preview
 * @description A sample invoice in the current design with the given parts; nothing is stored
 * @access Admin (settings:write)
 */
template.post(
  "/preview",
  {
    summary: "Preview the invoice template",
    access: admin("settings:write"),
    schemas: schemas.previewTemplateSchema,
    answers: { 200: file("application/pdf") },
    bodyLimit: "large",
  },
  controller.previewTemplate,
);

export { template };
