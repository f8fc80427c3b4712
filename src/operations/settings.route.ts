import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./settings.controller.js";
import * as schemas from "./settings.validation.js";
import { SettingsView } from "./settings.view.js";

const admin = describedRouter({ base: "/api/admin/settings", tag: "Operations" });

/**
 * @route GET /api/admin/settings/:group
 * @description The settings of a group, with defaults and meanings; money in rupees
 * @access Admin (settings:write)
 */
admin.get(
  "/:group",
  {
    summary: "A group of settings",
    access: adminWith("settings:write"),
    schemas: schemas.getSettingsSchema,
    answers: { 200: SettingsView },
    refuses: ["NOT_FOUND"],
  },
  controller.getSettings,
);

/**
 * @route PUT /api/admin/settings/:group
 * @description Changes the settings that are named, flat or under `values`; audited. A stale `version` answers 409
 * @access Admin (settings:write)
 */
admin.put(
  "/:group",
  {
    summary: "Change settings",
    access: adminWith("settings:write"),
    schemas: schemas.putSettingsSchema,
    answers: { 200: SettingsView },
    refuses: ["NOT_FOUND", "VERSION_CONFLICT", "OUTCOME_UNKNOWN"],
    bodyLimit: "large",
  },
  controller.putSettings,
);

export { admin };
