import Joi from "joi";
import { MAX_EMAIL_LENGTH, MAX_NAME_LENGTH, toIndianPhone, toPincode } from "./contact.js";
import { findState } from "./gst/states.js";
import { changesDirection } from "./text.js";
import { contactLine, identifier, optionalContactLine } from "./text-schemas.js";

/** Contacts and addresses in requests. Usual spellings are accepted; the value is the stored form. */

/** A string that `read` converts to its stored form; null refuses it. */
const readAs = (read: (typed: string) => string | null, what: string) =>
  Joi.string().custom(
    (typed: string, helpers) => read(typed) ?? helpers.message({ custom: `{{#label}} must be ${what}` }),
  );

export const personName = () => contactLine(MAX_NAME_LENGTH);

/** Stored as typed; compare with `emailKey`. Any top-level domain is accepted, because new and internal ones exist. */
export const email = () =>
  identifier()
    .max(MAX_EMAIL_LENGTH)
    .email({ tlds: { allow: false }, minDomainSegments: 2 });

/** An Indian mobile number; the value is E.164. */
export const phone = () => readAs(toIndianPhone, "an Indian mobile number, such as 98450 12345");

export const pincode = () => readAs(toPincode, "a pincode of six digits");

/** A state by name, code or usual spelling; the value is its official name. */
export const stateName = () =>
  readAs(
    (typed) => (!changesDirection(typed) && findState(typed)?.name) || null,
    "a state or union territory of India",
  );

/** A GSTIN as it is typed. The service checks the characters, so that the error names the reason. */
export const typedGstin = () => identifier().max(40);

/** A validated address from a request. */
export interface AddressInput {
  name: string;
  phone: string;
  line1: string;
  line2?: string | null;
  landmark?: string | null;
  city: string;
  state: string;
  pincode: string;
  country?: string;
}

/** An address as the storefront sends it, flat. The service checks that state and pincode agree. */
export const addressKeys = {
  name: personName(),
  phone: phone(),
  line1: contactLine(200),
  line2: optionalContactLine(200),
  landmark: optionalContactLine(100),
  city: contactLine(100),
  state: stateName(),
  pincode: pincode(),
  country: Joi.string().valid("IN"),
};

/** The fields that a delivery needs, and the optional ones. */
export const REQUIRED_ADDRESS_KEYS = ["name", "phone", "line1", "city", "state", "pincode"];
export const OPTIONAL_ADDRESS_KEYS = ["line2", "landmark", "country"];
