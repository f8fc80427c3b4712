import { ConflictError, ValidationError } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { recordAudit } from "../platform/audit.service.js";
import { settingsInPaise, settingsInRupees } from "../platform/settings.money.js";
import {
  getVersionedSettings,
  putSettings,
  type SettingsGroup,
  type VersionedSettings,
} from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

export interface SettingsChangeRequest<G extends SettingsGroup> {
  group: G;
  /** Only the changed values, money in rupees. */
  values: Record<string, unknown>;
  /** The version as last read. Without it, the change applies to any version. */
  version?: number;
  by: { type: "admin" | "service"; id: string };
}

/**
 * Stores an admin's change of a settings group with its audit row in one transaction. The audit row has the changed
 * values before and after, in rupees.
 * @throws ValidationError for a setting that the group does not have, or a value that is not allowed;
 *   ConflictError VERSION_CONFLICT with the `current` version and values
 */
export async function changeSettings<G extends SettingsGroup>(
  request: SettingsChangeRequest<G>,
): Promise<VersionedSettings<G>> {
  if (Object.keys(request.values).length === 0) throw nothingToChange();
  try {
    return await storeAudited(request);
  } catch (error) {
    // A concurrent first change of the group created the document: compare with it.
    if (isDuplicateKey(error)) return storeAudited(request);
    if (error instanceof ConflictError) throw await staleVersion(request.group, error);
    throw error;
  }
}

function storeAudited<G extends SettingsGroup>(
  request: SettingsChangeRequest<G>,
): Promise<VersionedSettings<G>> {
  const { group, version, by } = request;
  const patch = settingsInPaise(group, request.values);
  return inTransaction(async (tx) => {
    const { before, after } = await putSettings({ group, patch, version, by: by.id, tx });
    const changed = ({ version: number, values }: VersionedSettings<G>) => ({
      version: number,
      ...pick(settingsInRupees(group, values), Object.keys(patch)),
    });
    await recordAudit(
      {
        actor: by,
        action: "settings.update",
        resourceType: "settings",
        resourceId: group,
        before: changed(before),
        after: changed(after),
      },
      tx,
    );
    return after;
  });
}

async function staleVersion(group: SettingsGroup, error: ConflictError): Promise<ConflictError> {
  const { version, values } = await getVersionedSettings(group);
  return new ConflictError(error.code, error.message, {
    current: { version, values: settingsInRupees(group, values) },
  });
}

const nothingToChange = () =>
  new ValidationError([{ in: "body", path: "", message: "name at least one setting" }]);

const pick = (values: Record<string, unknown>, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(keys.map((key) => [key, values[key] ?? null]));
