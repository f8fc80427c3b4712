import { admin as adminWith, describedRouter, guest } from "../../middlewares/described-router.js";
import * as controller from "./return-images.controller.js";
import * as schemas from "./return-images.validation.js";
import { AdminReturnView } from "./returns.admin.view.js";
import { ReturnView } from "./returns.view.js";

const consumer = describedRouter({ base: "/api/returns", tag: "Returns" });
const admin = describedRouter({ base: "/api/admin/returns", tag: "Returns" });

/** What both routes declare. */
const details = {
  description:
    "A form with `orderItemId`, a line of the return, and one to five `images`: JPEG, PNG or WebP of up to 5 MB and 30 million pixels. All are added, or none. They are stored as JPEG of at most 2,048 pixels on the longer side, upright and without metadata. Customers and the warehouse may add ten each, until the return is inspected or closed. Safe to repeat.",
  schemas: schemas.addImagesSchema,
  refuses: ["RETURN_NOT_FOUND", "RETURN_NOT_OPEN", "TOO_MANY_IMAGES", "INVALID_IMAGE"],
  rateClass: "upload",
} as const;

/**
 * @route POST /api/returns/:returnId/images
 * @description Adds the customer's photos of a line of the return
 * @access Guest or customer, owner
 */
consumer.post(
  "/:returnId/images",
  {
    ...details,
    summary: "Add photos to a return",
    access: guest("reject"),
    answers: { 200: ReturnView },
  },
  controller.addImages,
);

/**
 * @route POST /api/admin/returns/:returnId/images
 * @description Adds the warehouse's photos of a line of the return
 * @access Admin (returns:inspect)
 */
admin.post(
  "/:returnId/images",
  {
    ...details,
    summary: "Add photos of the warehouse to a return",
    access: adminWith("returns:inspect"),
    answers: { 200: AdminReturnView },
  },
  controller.addImagesAsAdmin,
);

export { admin, consumer };
