import { changeSettings, type SettingsChangeRequest } from "../../services/flows/change-settings.flow.js";
import { settingsInRupees } from "../../services/platform/settings.money.js";
import {
  getVersionedSettings,
  isSettingsGroup,
  type SettingsGroup,
  settingDefinitions,
} from "../../services/platform/settings.service.js";
import { NotFoundError } from "../../utils/errors.js";

/** A group of rules as an administrator sees it: money in rupees. */
export interface SettingsOverview {
  group: SettingsGroup;
  /** 0 until something is stored. */
  version: number;
  values: Record<string, unknown>;
  definitions: { name: string; default: unknown; meaning: string }[];
}

/** @throws NotFoundError for a group that does not exist */
export async function getGroup(word: string): Promise<SettingsOverview> {
  const group = toGroup(word);
  return toOverview(group, await getVersionedSettings(group));
}

export interface SettingsUpdate {
  group: string;
  /** Only what changes; money in rupees. */
  values: Record<string, unknown>;
  /** As last read. Left out: whatever is there. */
  version?: number;
  by: SettingsChangeRequest<SettingsGroup>["by"];
}

/** @throws NotFoundError for a group that does not exist; otherwise as `changeSettings` */
export async function updateGroup(update: SettingsUpdate): Promise<SettingsOverview> {
  const group = toGroup(update.group);
  return toOverview(group, await changeSettings({ ...update, group }));
}

function toGroup(word: string): SettingsGroup {
  if (!isSettingsGroup(word)) throw new NotFoundError("NOT_FOUND", "There is no such group of settings");
  return word;
}

function toOverview(
  group: SettingsGroup,
  { values, version }: { values: object; version: number },
): SettingsOverview {
  const definitions = Object.entries(settingDefinitions(group));
  const initial = Object.fromEntries(definitions.map(([name, definition]) => [name, definition.initial]));
  const defaults = settingsInRupees(group, initial);
  return {
    group,
    version,
    values: settingsInRupees(group, values),
    definitions: definitions.map(([name, { meaning }]) => ({ name, default: defaults[name], meaning })),
  };
}
