import Joi from "joi";
import {
  REFUND_DESTINATIONS,
  RETURN_STATUSES,
  type RefundDestination,
  type ReturnStatus,
} from "../../utils/constants.js";
import {
  analyticsQuery,
  dayOrInstant,
  type ListQuery,
  listQuery,
  MAX_LINE_UNITS,
  objectId,
  ofDifferentLines,
  orderNumber,
  returnNumber,
  wholeNumber,
} from "../../utils/request-schemas.js";
import { line, reasonText, staffNote } from "../../utils/text-schemas.js";
import { returnParams as params } from "./returns.validation.js";

/** The request schemas of the admin handlers, named after them. */

export interface ReturnFilters {
  status?: ReturnStatus;
  orderNumber?: string;
  returnNumber?: string;
}

export const listReturnsSchema = {
  query: listQuery<ListQuery<"createdAt"> & ReturnFilters>(["createdAt"], {
    status: Joi.string().valid(...RETURN_STATUSES),
    orderNumber: orderNumber(),
    returnNumber: returnNumber(),
  }),
};

export const getAnalyticsSchema = { query: analyticsQuery() };

export const getReturnSchema = { params };

export const approveReturnSchema = {
  params,
  body: Joi.object<{ notes?: string }>({ notes: staffNote() }).required(),
};

export const rejectReturnSchema = {
  params,
  body: Joi.object<{ reason: string }, true>({ reason: reasonText().required() }).required(),
};

export interface SchedulePickupBody {
  pickupDate?: Date;
  slot?: string;
}

export const schedulePickupSchema = {
  params,
  body: Joi.object<SchedulePickupBody>({
    // A day or an instant; the carrier decides what is possible.
    pickupDate: dayOrInstant().prefs({ convert: true }),
    slot: line(50),
  }).required(),
};

export const receiveReturnSchema = { params };

export interface InspectedItemBody {
  orderItemId: string;
  quantityReceived: number;
  quantityPassed: number;
  quantityRestockable: number;
  note?: string;
}

const units = () => wholeNumber().min(0).max(MAX_LINE_UNITS).required();
/** For the documentation, which cannot compare fields, `refValues` has a limit that is always right. */
const unitsOf = (field: "quantityReceived" | "quantityPassed") =>
  units()
    .max(Joi.ref(field))
    .meta({ refValues: { [field]: MAX_LINE_UNITS } });

const inspectedItem = Joi.object<InspectedItemBody>({
  orderItemId: objectId().required(),
  quantityReceived: units(),
  quantityPassed: unitsOf("quantityReceived"),
  // What fails the inspection goes back to the customer.
  quantityRestockable: unitsOf("quantityPassed"),
  note: staffNote(),
});

export interface InspectReturnBody {
  items: InspectedItemBody[];
  notes?: string;
}

export const inspectReturnSchema = {
  params,
  body: Joi.object<InspectReturnBody>({
    items: ofDifferentLines(inspectedItem).required(),
    notes: staffNote(),
  }).required(),
};

export interface RefundReturnBody {
  destination?: RefundDestination;
  deductShipping?: boolean;
}

export const refundReturnSchema = {
  params,
  body: Joi.object<RefundReturnBody>({
    destination: Joi.string().valid(...REFUND_DESTINATIONS),
    deductShipping: Joi.boolean(),
  }).required(),
};

export const addNoteSchema = {
  params,
  body: Joi.object<{ note: string }, true>({ note: staffNote().required() }).required(),
};
