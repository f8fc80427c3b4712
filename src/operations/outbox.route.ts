import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./outbox.controller.js";
import * as schemas from "./outbox.validation.js";
import { OutboxListView, OutboxMessageView } from "./outbox.view.js";

const admin = describedRouter({ base: "/api/admin/outbox", tag: "Operations" });

/**
 * @route GET /api/admin/outbox
 * @description Pending and dead messages, newest first
 * @access Admin (jobs)
 */
admin.get(
  "/",
  {
    summary: "Undelivered messages",
    access: adminWith("jobs"),
    schemas: schemas.listMessagesSchema,
    answers: { 200: OutboxListView },
  },
  controller.listMessages,
);

/**
 * @route POST /api/admin/outbox/:id/replay
 * @description Delivers a message again with all its attempts; handlers that have succeeded are skipped
 * @access Admin (jobs)
 */
admin.post(
  "/:id/replay",
  {
    summary: "Deliver a message again",
    access: adminWith("jobs"),
    schemas: schemas.replayMessageSchema,
    answers: { 200: OutboxMessageView },
    refuses: ["NOT_FOUND"],
  },
  controller.replayMessage,
);

export { admin };
