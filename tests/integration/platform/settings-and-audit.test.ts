import { AuditLog, OutboxMessage, Setting } from "../../../models/index.js";
import { AUDIT_MESSAGE, recordAudit, recordAuditAlone } from "../../../services/platform/audit.service.js";
import {
  findHsnRate,
  forgetSettings,
  getSettings,
  getVersionedSettings,
  isSettingsGroup,
  putSettings,
  SETTINGS_GROUPS,
  settingDefinitions,
  settingsPatchSchema,
} from "../../../services/platform/settings.service.js";
import { inTransaction } from "../../../services/platform/transaction.service.js";
import { setClock } from "../../../utils/clock.js";
import { ConflictError, ValidationError } from "../../../utils/errors.js";
import { paise } from "../../../utils/money.js";
import { runWithContext } from "../../../utils/request-context.js";
import { useTestDatabase } from "../../support/database.js";

const by = "admin-1";

describe("Settings and audit", () => {
  useTestDatabase();
  beforeEach(async () => {
    // Past the model, which would refuse: audit rows are append-only.
    await Promise.all([Setting, AuditLog, OutboxMessage].map(({ collection }) => collection.deleteMany({})));
    forgetSettings();
  });
  afterEach(() => setClock(0));

  describe("Settings", () => {
    it("When nothing is stored, then the initial values hold, of the environment where it has one", async () => {
      expect(await getSettings("cart")).toMatchObject({ maxLines: 50, maxPerVariant: 10, cartExpiryDays: 7 });
      expect(await getSettings("payments")).toMatchObject({ codMaxAmount: 5_000_000, rtoDeduction: 0 });
      expect(await getSettings("company")).toMatchObject({ gstin: "29AABCV4321K1Z7" });
      expect(await getVersionedSettings("returns")).toMatchObject({ version: 0, updatedBy: null });
    });

    it.each(SETTINGS_GROUPS)(
      "When the initial values of %s are checked, then they are allowed and explained",
      async (group) => {
        const values = await getSettings(group);
        expect(
          settingsPatchSchema(settingDefinitions(group)).validate(values, { convert: false }).error,
        ).toBeUndefined();
        for (const { meaning } of Object.values(settingDefinitions(group)))
          expect(meaning.length).toBeGreaterThan(10);
      },
    );

    it("When some values are stored, then the others keep what they were", async () => {
      const { before, after } = await putSettings({ group: "cart", patch: { maxLines: 20 }, by });
      await putSettings({ group: "cart", patch: { maxPerVariant: 3 }, by });
      expect([before.values.maxLines, after.values.maxLines, after.version]).toEqual([50, 20, 1]);
      expect(await getSettings("cart")).toMatchObject({ maxLines: 20, maxPerVariant: 3, cartExpiryDays: 7 });
    });

    it("When two admins change the same version, then the second gets a conflict with the current values", async () => {
      await putSettings({ group: "tax", patch: { roundToRupee: true }, version: 0, by });
      const late = await putSettings({
        group: "tax",
        patch: { hsnDigits: 4 },
        version: 0,
        by: "admin-2",
      }).catch((error: unknown) => error);
      expect(late).toBeInstanceOf(ConflictError);
      expect(late).toMatchObject({ code: "VERSION_CONFLICT", details: { current: { version: 1 } } });
      expect(await getSettings("tax")).toMatchObject({ roundToRupee: true, hsnDigits: 6 });
    });

    it("When ten change it at once, then one wins each version and no change is lost in silence", async () => {
      const attempts = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          putSettings({ group: "cart", patch: { maxLines: index + 1 }, by }),
        ),
      );
      const won = attempts.filter(({ status }) => status === "fulfilled").length;
      expect(won).toBeGreaterThanOrEqual(1);
      expect(await Setting.findById("cart").lean()).toMatchObject({ version: won });
    });

    it("When ten change what they have read at once, then one does, and the others are told", async () => {
      await putSettings({ group: "cart", patch: { maxLines: 20 }, by });
      const changes = Array.from({ length: 10 }, (_, index) =>
        putSettings({ group: "cart", patch: { maxLines: index + 1 }, version: 1, by }),
      );
      const outcomes = await Promise.allSettled(changes);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await getVersionedSettings("cart")).toMatchObject({ version: 2 });
    });

    it.each<[string, Record<string, unknown>]>([
      ["an unknown key", { maxLinez: 1 }],
      ["a word for a number", { maxLines: "50" }],
      ["a number out of bounds", { maxLines: 0 }],
      ["nothing", {}],
      ["a key of the prototype", JSON.parse('{"__proto__": {"maxLines": 1}}')],
    ])("When %s is stored, then it is refused and nothing changes", async (_what, patch) => {
      await expect(putSettings({ group: "cart", patch, by })).rejects.toThrow(ValidationError);
      expect(await Setting.countDocuments({})).toBe(0);
    });

    it("When a stored value is no longer allowed, then the initial one holds", async () => {
      await Setting.create({ _id: "cart", values: { maxLines: "many", maxPerVariant: 4 }, version: 3 });
      expect(await getSettings("cart")).toMatchObject({ maxLines: 50, maxPerVariant: 4 });
    });

    it("When another instance changes them, then they are in force here within 5 s", async () => {
      await putSettings({ group: "payments", patch: { codMaxAmount: paise(100) }, by });
      await getSettings("payments");
      await Setting.updateOne({ _id: "payments" }, { $set: { values: { codMaxAmount: 200 } } });
      expect((await getSettings("payments")).codMaxAmount).toBe(100);
      setClock(5_001);
      expect((await getSettings("payments")).codMaxAmount).toBe(200);
    });

    it("When many ask at once, then the database is read once", async () => {
      const reads = jest.spyOn(Setting, "findById");
      await Promise.all(Array.from({ length: 20 }, () => getSettings("cart")));
      expect(reads).toHaveBeenCalledTimes(1);
    });

    it("When they cannot be read, then the last known ones stay in force", async () => {
      await putSettings({ group: "cart", patch: { maxLines: 20 }, by });
      await getSettings("cart");
      setClock(6_000);
      jest.spyOn(Setting, "findById").mockImplementation(() => {
        throw new Error("the database is away");
      });
      expect(await getSettings("cart")).toMatchObject({ maxLines: 20 });
    });

    it("When a caller changes what it was given, then it is refused and other callers do not see it", async () => {
      const { enabledMethods } = await getSettings("payments");
      expect(() => enabledMethods.splice(0)).toThrow();
      expect((await getSettings("payments")).enabledMethods).toContain("upi");
    });

    it("When a name is not a group, then it is recognised as such", () => {
      expect([isSettingsGroup("cart"), isSettingsGroup("constructor")]).toEqual([true, false]);
    });

    it.each([
      ["30039011", 500],
      ["33030020", 1_800],
      ["33074100", 500],
      ["33079090", 1_800],
      [null, 1_800],
    ])("When the HSN code is %s, then the table says %d", async (hsnCode, rate) => {
      expect(findHsnRate(await getSettings("tax"), hsnCode)).toBe(rate);
    });
  });

  describe("Audit", () => {
    const entry = {
      actor: { type: "admin" as const, id: by },
      action: "settings.update",
      resourceType: "settings",
      resourceId: "cart",
      before: { maxLines: 50 },
      after: { maxLines: 20 },
    };

    it("When an act is recorded, then its row has the request's id and is owed to the Auth service", async () => {
      const id = await runWithContext({ requestId: "request-1" }, () => recordAuditAlone(entry));
      expect(await AuditLog.findById(id).lean()).toMatchObject({
        requestId: "request-1",
        actorType: "admin",
        actorId: by,
        before: { maxLines: 50 },
        after: { maxLines: 20 },
      });
      expect(await OutboxMessage.findOne({ type: AUDIT_MESSAGE }).lean()).toMatchObject({
        payload: { auditLogId: id.toHexString() },
        requestId: "request-1",
      });
    });

    it("When the change it tells of fails, then neither change nor row nor message is there", async () => {
      const work = inTransaction(async (session) => {
        await putSettings({ group: "cart", patch: { maxLines: 20 }, by, tx: session });
        await recordAudit(entry, session);
        throw new RangeError("no");
      });
      await expect(work).rejects.toThrow(RangeError);
      expect(
        await Promise.all([Setting, AuditLog, OutboxMessage].map((model) => model.countDocuments())),
      ).toEqual([0, 0, 0]);
      expect((await getSettings("cart")).maxLines).toBe(50);
    });

    it("When settings and their audit row are one transaction, then the new values are in force after it", async () => {
      await getSettings("cart");
      await inTransaction(async (session) => {
        await putSettings({ group: "cart", patch: { maxLines: 20 }, by, tx: session });
        await recordAudit(entry, session);
      });
      expect((await getSettings("cart")).maxLines).toBe(20);
      expect(await AuditLog.countDocuments({})).toBe(1);
    });
  });
});
