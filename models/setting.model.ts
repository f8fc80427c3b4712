import { model } from "mongoose";
import { count, json, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** The values of a settings group that an admin has stored. All others keep their defaults. */
export interface SettingDoc {
  /** The group: `cart`, `checkout`, … */
  _id: string;
  values: Record<string, unknown>;
  version: number;
  updatedBy: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<SettingDoc>("settings", {
  _id: text,
  values: { type: json.type, required: true },
  version: count,
  updatedBy: optionalText,
});

export const Setting = model<SettingDoc>("Setting", schema);
