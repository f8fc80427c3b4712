import Joi from "joi";
import { toIndianPhone, toPincode } from "../../utils/contact.js";
import { findState } from "../../utils/gst/states.js";
import { text } from "./schemas.js";

/** A postal address in India. */
export interface Address {
  name: string;
  phone: string;
  line1: string;
  line2?: string;
  landmark?: string;
  city: string;
  state: string;
  /** Six digits, unless a saved address holds something else. */
  pincode: string;
  /** `IN`. */
  country: string;
}

/**
 * A saved address may be years old and spelled as its owner typed it. What can be read becomes the stored
 * form; the rest stays, because a strange spelling must not keep the customer from using the address.
 */
const typed = (read: (value: string) => string | null | undefined) =>
  text.custom((value: string) => read(value) ?? value);

const absentWhenEmpty = text.empty(Joi.valid("", null)).optional();

export const addressSchema = Joi.object<Address>({
  name: text,
  phone: typed(toIndianPhone),
  line1: text,
  line2: absentWhenEmpty,
  landmark: absentWhenEmpty,
  city: text,
  state: typed((name) => findState(name)?.name),
  pincode: typed(toPincode),
  country: Joi.string().valid("IN"),
});
