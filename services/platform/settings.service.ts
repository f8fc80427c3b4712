import type { ClientSession } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { Setting, type SettingDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { ConflictError, ValidationError } from "../../utils/errors.js";
import { parseGstin } from "../../utils/gst/gstin.js";
import { findState } from "../../utils/gst/states.js";
import { deepFreeze, isDuplicateKey } from "../../utils/helpers.js";
import {
  SETTINGS_GROUPS,
  type SettingsGroup,
  type SettingsOf,
  settingDefinitions,
  settingsPatchSchema,
} from "./settings.definitions.js";
import { afterCommit } from "./transaction.service.js";

export * from "./settings.definitions.js";

/** Every instance applies an admin's change within this time. */
const CACHE_MS = 5_000;

export interface VersionedSettings<G extends SettingsGroup> {
  values: SettingsOf<G>;
  /** 0 until something is stored. */
  version: number;
  updatedBy: string | null;
  updatedAt: Date | null;
}

/** The caches of all groups. Each holds complete, validated values, which are too expensive to build on every read. */
type Cache = { [G in SettingsGroup]?: { until: number; loading: Promise<SettingsOf<G>> } };

let cache: Cache = {};

/** The settings of a group, at most 5 s old. Money in paise. Frozen, because all callers share the object. */
export function getSettings<G extends SettingsGroup>(group: G): Promise<Readonly<SettingsOf<G>>> {
  return load(group);
}

/** As `getSettings`, but read from the database, with the version that a change compares. */
export async function getVersionedSettings<G extends SettingsGroup>(group: G): Promise<VersionedSettings<G>> {
  return toVersioned(group, await read(group));
}

/** Clears the cache, after a change and in tests. */
export const forgetSettings = (group?: SettingsGroup): void => {
  if (group) delete cache[group];
  else cache = {};
};

export const isSettingsGroup = (name: string): name is SettingsGroup =>
  (SETTINGS_GROUPS as readonly string[]).includes(name);

export interface SettingsChange<G extends SettingsGroup> {
  group: G;
  /** Only the changed values, money in paise. Validated here, so it may come from a request. */
  patch: Partial<SettingsOf<G>> | Record<string, unknown>;
  /** The version as last read. Without it, the change applies to any version. */
  version?: number;
  by: string;
  /** The transaction that also writes the audit row. */
  tx?: ClientSession;
}

/**
 * Stores some values of a group.
 * @returns the group before and after, for the audit row
 * @throws ValidationError for an unknown key or a value that is not allowed, and for a GSTIN of another state than the company's
 * @throws ConflictError VERSION_CONFLICT with `current`, after another change
 */
export async function putSettings<G extends SettingsGroup>(
  change: SettingsChange<G>,
): Promise<{ before: VersionedSettings<G>; after: VersionedSettings<G> }> {
  const { group, by, tx } = change;
  const patch = validate(group, change.patch);
  const stored = await read(group, tx);
  const version = stored?.version ?? 0;
  if (change.version !== undefined && change.version !== version) throw staleVersion(group, stored);
  const values = { ...stored?.values, ...patch };
  if (group === "company") assertStateOfGstin(patch, complete("company", { values }));
  const written = await compareAndSet({ group, values, version, by, tx });
  if (!written) throw staleVersion(group, await read(group));
  if (tx) afterCommit(tx, () => forgetSettings(group));
  else forgetSettings(group);
  return { before: toVersioned(group, stored), after: toVersioned(group, written) };
}

interface Write {
  group: SettingsGroup;
  values: Record<string, unknown>;
  version: number;
  by: string;
  tx?: ClientSession;
}

async function compareAndSet({ group, values, version, by, tx }: Write): Promise<SettingDoc | null> {
  if (version > 0) {
    return Setting.findOneAndUpdate(
      { _id: group, version },
      { $set: { values, version: version + 1, updatedBy: by } },
      { returnDocument: "after", session: tx },
    ).lean<SettingDoc>();
  }
  try {
    const [created] = await Setting.create([{ _id: group, values, version: 1, updatedBy: by }], {
      session: tx,
    });
    return created?.toObject<SettingDoc>() ?? null;
  } catch (error) {
    // In a transaction the error must reach the caller: the transaction has ended.
    if (!tx && isDuplicateKey(error)) return null;
    throw error;
  }
}

function validate(group: SettingsGroup, patch: unknown): Record<string, unknown> {
  const { value, error } = settingsPatchSchema(settingDefinitions(group)).validate(patch, {
    convert: false,
    abortEarly: false,
  });
  if (!error) return value;
  throw new ValidationError(
    error.details.map(({ path, message }) => ({ in: "body", path: path.join("."), message })),
  );
}

/** As the start does with the environment's values: every tax depends on the state, and invoices name the GSTIN. */
function assertStateOfGstin(patch: Record<string, unknown>, { gstin, state }: SettingsOf<"company">): void {
  const path = ["gstin", "state"].find((key) => key in patch);
  const parsed = parseGstin(gstin);
  if (!path || !parsed.ok || parsed.stateCode === findState(state)?.code) return;
  const message = "state and gstin name different states: a GSTIN begins with the code of its state";
  throw new ValidationError([{ in: "body", path, message }]);
}

const staleVersion = (group: SettingsGroup, stored: SettingDoc | null): ConflictError =>
  new ConflictError(
    "VERSION_CONFLICT",
    "These settings were changed in the meantime; load them and try again",
    {
      current: toVersioned(group, stored),
    },
  );

function toVersioned<G extends SettingsGroup>(group: G, stored: SettingDoc | null): VersionedSettings<G> {
  return {
    values: complete(group, stored),
    version: stored?.version ?? 0,
    updatedBy: stored?.updatedBy ?? null,
    updatedAt: stored?.updatedAt ?? null,
  };
}

/** Stored values over the defaults. A stored value that its schema no longer allows is ignored. */
function complete<G extends SettingsGroup>(
  group: G,
  stored: Pick<SettingDoc, "values"> | null,
): SettingsOf<G> {
  const entries = Object.entries(settingDefinitions(group)).map(([key, { initial, schema }]) => {
    const value = stored?.values[key];
    const usable = value !== undefined && schema.validate(value, { convert: false }).error === undefined;
    return [key, structuredClone(usable ? value : initial)];
  });
  return Object.fromEntries(entries);
}

async function read(group: SettingsGroup, tx?: ClientSession): Promise<SettingDoc | null> {
  return Setting.findById(group)
    .session(tx ?? null)
    .lean<SettingDoc>();
}

/** One read at a time per group. While the database is unavailable, the last known values apply. */
function load<G extends SettingsGroup>(group: G): Promise<SettingsOf<G>> {
  const cached = cache[group];
  const at = now().getTime();
  if (cached && cached.until > at && cached.until <= at + CACHE_MS) return cached.loading;
  const loading = read(group)
    .then((stored) => deepFreeze(complete(group, stored)))
    .catch((error: unknown) => {
      delete cache[group];
      if (!cached) throw error;
      logger.warn({ err: error, group }, "> Settings could not be read; the last known ones apply");
      return cached.loading;
    });
  cache = { ...cache, [group]: { until: at + CACHE_MS, loading } };
  return loading;
}
