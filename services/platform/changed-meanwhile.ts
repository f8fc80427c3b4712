import type { Model, Types } from "mongoose";
import { Cart, CheckoutSession, Order, Payment, Refund, Return } from "../../models/index.js";
import { ChangedMeanwhileError } from "../../utils/errors.js";

/**
 * Another request changed a document first: 409 VERSION_CONFLICT. Thrown in transactions as well, so the document is only
 * read again when the answer is written.
 */

export const cartChanged = (id: Types.ObjectId) => changed(Cart, id, "cart");
export const checkoutChanged = (id: Types.ObjectId) => changed(CheckoutSession, id, "checkout");
export const orderChanged = (id: Types.ObjectId) => changed(Order, id, "order");
export const paymentChanged = (id: Types.ObjectId) => changed(Payment, id, "payment");
export const refundChanged = (id: Types.ObjectId) => changed(Refund, id, "refund");
export const returnChanged = (id: Types.ObjectId) => changed(Return, id, "return");

/** For a first try without a lease. @returns null when another request was first: then nothing is changed */
export async function unlessChanged<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ChangedMeanwhileError) return null;
    throw error;
  }
}

/** What clients see of a document's state. Payments, refunds and returns have no version. */
interface State {
  version?: number;
  status?: string;
}

function changed<T>(model: Model<T>, id: Types.ObjectId, name: string): ChangedMeanwhileError {
  const message = `The ${name} changed in the meantime; read it and try again`;
  return new ChangedMeanwhileError(message, async () => {
    const current = await model.findById(id, { version: 1, status: 1 }).lean<State>();
    return current?.version ?? current?.status ?? null;
  });
}
