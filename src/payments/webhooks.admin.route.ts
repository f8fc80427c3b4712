import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./webhooks.admin.controller.js";
import * as schemas from "./webhooks.admin.validation.js";
import { WebhookEventDetailView, WebhookEventListView, WebhookEventView } from "./webhooks.admin.view.js";

const admin = describedRouter({ base: "/api/admin/webhooks", tag: "Webhooks" });

/**
 * @route GET /api/admin/webhooks
 * @description Received events, newest first; by state, event and source
 * @access Admin (payments:read)
 */
admin.get(
  "/",
  {
    summary: "Received events",
    access: adminWith("payments:read"),
    schemas: schemas.listEventsSchema,
    answers: { 200: WebhookEventListView },
  },
  controller.listEvents,
);

/**
 * @route GET /api/admin/webhooks/:eventId
 * @description One event with what it says
 * @access Admin (payments:read)
 */
admin.get(
  "/:eventId",
  {
    summary: "One received event",
    access: adminWith("payments:read"),
    schemas: schemas.getEventSchema,
    answers: { 200: WebhookEventDetailView },
    refuses: ["NOT_FOUND"],
  },
  controller.getEvent,
);

/**
 * @route POST /api/admin/webhooks/:eventId/replay
 * @description Applies an event again that was not applied, with all its attempts
 * @access Admin (payments:write)
 */
admin.post(
  "/:eventId/replay",
  {
    summary: "Apply an event again",
    access: adminWith("payments:write"),
    schemas: schemas.replayEventSchema,
    answers: { 200: WebhookEventView },
    refuses: ["NOT_FOUND"],
  },
  controller.replayEvent,
);

export { admin };
