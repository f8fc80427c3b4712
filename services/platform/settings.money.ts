import { isRecord } from "../../utils/helpers.js";
import { type Paise, paise, rupeesToPaise, toRupees } from "../../utils/money.js";
import { type SettingsGroup, settingDefinitions } from "./settings.definitions.js";

/** Settings are stored in paise and shown in rupees. The definitions say which of them are money. */

function convertMoney(
  group: SettingsGroup,
  values: Readonly<Record<string, unknown>>,
  convert: (amount: number) => number,
): Record<string, unknown> {
  const definitions = settingDefinitions(group);
  const entries = Object.entries(values).map(([key, value]) => {
    const isMoney = Object.hasOwn(definitions, key) && definitions[key]?.isMoney === true;
    return [key, isMoney && typeof value === "number" ? convert(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Some values of a group, paise → rupees. @throws RangeError for money that is no whole number of paise */
export const settingsInRupees = (group: SettingsGroup, values: object): Record<string, unknown> =>
  convertMoney(group, isRecord(values) ? values : {}, (amount) => toRupees(paise(amount)));

/** Some values of a group, rupees → paise. @throws RangeError for an amount that is not finite */
export const settingsInPaise = (group: SettingsGroup, values: object): Record<string, unknown> =>
  convertMoney(group, isRecord(values) ? values : {}, (amount): Paise => rupeesToPaise(amount));
