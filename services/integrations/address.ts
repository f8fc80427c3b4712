import Joi from "joi";
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
  /** Six digits. */
  pincode: string;
  /** `IN`. */
  country: string;
}

const absentWhenEmpty = text.empty(Joi.valid("", null)).optional();

export const addressSchema = Joi.object<Address>({
  name: text,
  phone: text,
  line1: text,
  line2: absentWhenEmpty,
  landmark: absentWhenEmpty,
  city: text,
  state: text,
  pincode: Joi.string().pattern(/^[1-9]\d{5}$/),
  country: Joi.string().valid("IN"),
});
