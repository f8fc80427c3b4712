import Joi from "joi";
import { settingsPatchSchema } from "../../../services/platform/settings.service.js";
import { settingKeys } from "../../../src/operations/settings.validation.js";

/** Two groups that use the same name for different settings. */
const setting = (schema: Joi.Schema, isMoney?: true) => ({
  ...{ initial: null, meaning: "a setting", schema },
  ...(isMoney ? { isMoney } : {}),
});
const days = { limit: setting(Joi.number().integer().min(1).max(30)) };
const colours = { limit: setting(Joi.string().valid("red", "blue")) };
const fees = { limit: setting(Joi.number().integer().min(0), true) };

const accepts = (schema: Joi.Schema, limit: unknown): boolean =>
  schema.validate({ limit }, { convert: false }).error === undefined;

describe("A setting's name that two groups define differently", () => {
  const request = Joi.object(settingKeys([days, colours, fees]));

  it.each([7, "red", 19.99])(
    "When a request has %p, which one of them allows, then the request is accepted",
    (value) => {
      expect(accepts(request, value)).toBe(true);
    },
  );

  it.each([-1, "green", true, 1.005])(
    "When a request has %p, which none of them allows, then it is refused",
    (value) => {
      expect(accepts(request, value)).toBe(false);
    },
  );

  it.each([
    ["days", days, [30], [31, "red"]],
    ["colours", colours, ["red"], [7, "green"]],
    ["fees in paise", fees, [1_999, 31], [19.99, "red"]],
  ])("When values of %s are stored, then their own definition decides", (_name, group, allowed, refused) => {
    for (const value of allowed) expect(accepts(settingsPatchSchema(group), value)).toBe(true);
    for (const value of refused) expect(accepts(settingsPatchSchema(group), value)).toBe(false);
  });

  it("When groups define it alike, then its schema is theirs", () => {
    const { limit } = settingKeys([days, { ...days }]);
    expect(limit?.type).toBe("number");
  });
});
