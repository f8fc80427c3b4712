import { Schema, Types } from "mongoose";

/**
 * The field types of our documents. An empty field holds `null`, never `undefined`, so that the database shows which
 * fields a document has. Only the owner's `userId` and `sessionId` are left out where they do not apply.
 */

const wholeNumber = {
  validator: (value: number | null): boolean => value === null || Number.isSafeInteger(value),
  message: "{PATH} must be a whole number, not {VALUE}",
};

/** Paise, 0 by default. Round-offs and corrections may be negative. */
export const money = { type: Number, required: true, default: 0, validate: wholeNumber } as const;
/** Paise, never negative: the amounts that payment and refund guards compare. */
export const moneyFromZero = { ...money, min: 0 } as const;
export const optionalMoney = { type: Number, default: null, validate: wholeNumber } as const;

export const count = { type: Number, required: true, default: 0, min: 0, validate: wholeNumber } as const;
export const quantity = { type: Number, required: true, min: 1, validate: wholeNumber } as const;
export const optionalCount = { type: Number, default: null, min: 0, validate: wholeNumber } as const;

export const text = { type: String, required: true } as const;
export const optionalText = { type: String, default: null } as const;
/** Left out where it does not apply: a document belongs to a user or to a guest session. */
export const ownerId = { type: String } as const;

export const date = { type: Date, required: true } as const;
export const optionalDate = { type: Date, default: null } as const;

export const reference = { type: Schema.Types.ObjectId, required: true } as const;
export const optionalReference = { type: Schema.Types.ObjectId, default: null } as const;

export const no = { type: Boolean, required: true, default: false } as const;
export const yes = { type: Boolean, required: true, default: true } as const;

/** Free-form JSON for people to read: gateway responses, audit snapshots. */
export const json = { type: Schema.Types.Mixed, default: null } as const;

export function oneOf<T extends string>(words: readonly T[], initial?: NoInfer<T>) {
  return {
    type: String,
    required: true,
    enum: [...words],
    ...(initial === undefined ? {} : { default: initial }),
  };
}

export function optionalOneOf<T extends string>(words: readonly T[]) {
  return { type: String, default: null, enum: [...words, null] };
}

export const listOf = <S>(part: S) => ({ type: [part], default: [] });
export const optionalPart = <S>(part: S) => ({ type: part, default: null });
export const requiredPart = <S>(part: S) => ({ type: part, required: true });

export const newId = (): Types.ObjectId => new Types.ObjectId();
