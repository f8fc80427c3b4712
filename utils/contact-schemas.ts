import Joi from "joi";
import { INDIAN_PHONE, MAX_EMAIL_LENGTH, normaliseEmail, toIndianPhone } from "./contact.js";

/**
 * Contacts and addresses in requests. Bodies are not converted (D33), so what is put into one spelling
 * here (lower case, +91, no blanks around) is done openly, by `custom`.
 */

/** Top-level domains are not looked up: new ones appear, and shops have internal ones. */
export const email = () =>
  Joi.string()
    .max(MAX_EMAIL_LENGTH)
    .email({ tlds: { allow: false }, minDomainSegments: 2 })
    .custom(normaliseEmail);

/** An Indian mobile number; becomes `+91` and ten digits. */
export const phone = () =>
  Joi.string()
    .pattern(INDIAN_PHONE, "an Indian mobile number: ten digits, with or without +91")
    .custom((value: string) => toIndianPhone(value) ?? value);

/** One printable line with something on it; blanks around it are taken off. */
export const line = (max: number) =>
  Joi.string()
    .max(max)
    .pattern(/^\P{Cc}*$/u, "one printable line")
    .pattern(/\S/, "more than blanks")
    .custom((value: string) => value.trim());

export const pincode = () => Joi.string().pattern(/^[1-9][0-9]{5}$/, "a pincode of six digits");

/** An address as the storefront sends it, flat; the state's name is checked by the service. */
export const addressKeys = {
  name: line(100),
  phone: phone(),
  line1: line(200),
  line2: line(200).allow(null),
  landmark: line(100).allow(null),
  city: line(100),
  state: line(60),
  pincode: pincode(),
  country: Joi.string().valid("IN"),
};

/** The fields without which nothing can be delivered; optional ones beside them. */
export const REQUIRED_ADDRESS_KEYS = ["name", "phone", "line1", "city", "state", "pincode"];
export const OPTIONAL_ADDRESS_KEYS = ["line2", "landmark", "country"];
