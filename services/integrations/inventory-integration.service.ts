import Joi from "joi";
import { config } from "../../config/env.config.js";
import type { Failure, Result } from "../../utils/result.js";
import { flag, id, listOf, moment, notFound, nothing, optionalText, quantity, refusal } from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/**
 * The inventory service. Available = physical − actively reserved; reservations lapse by themselves. Too little stock
 * is refused with `INSUFFICIENT_STOCK`, and then nothing is reserved or sold.
 */

const inventoryClient = createHttpClient({ name: "inventory", baseUrl: config.upstreams.inventory });

export interface VariantQuantity {
  variantId: string;
  quantity: number;
}

export interface StockLevel {
  variantId: string;
  sku: string | null;
  available: number;
  isAvailable: boolean;
}

export interface RequestedStock {
  variantId: string;
  requested: number;
  available: number;
  isAvailable: boolean;
}

export interface BulkStock {
  items: RequestedStock[];
  allAvailable: boolean;
}

export interface Reservation extends VariantQuantity {
  reservationId: string;
  expiresAt: Date;
}

export type TransferredReservation = Omit<Reservation, "expiresAt">;

export interface Conversion {
  orderId: string;
  converted: VariantQuantity[];
}

export interface ExtendedReservations {
  /** Ids of the reservations that live on. */
  extended: string[];
  /** Variants whose reservation is gone. */
  lapsed: string[];
}

export interface ShortItem {
  variantId: string;
  requested: number | null;
  available: number;
}

const INSUFFICIENT_STOCK = refusal(409, "INSUFFICIENT_STOCK");

const variantQuantity = Joi.object<VariantQuantity>({ variantId: id, quantity });

const stockLevelSchema = Joi.object<StockLevel>({
  variantId: id,
  sku: optionalText,
  available: quantity,
  isAvailable: flag,
});

const bulkStockSchema = Joi.object<BulkStock>({
  items: listOf(
    Joi.object<RequestedStock>({
      variantId: id,
      requested: quantity,
      available: quantity,
      isAvailable: flag,
    }),
  ),
  allAvailable: flag,
});

const reservationSchema = Joi.object<Reservation>({
  reservationId: id,
  variantId: id,
  quantity,
  expiresAt: moment,
});

const extendedSchema = Joi.object<ExtendedReservations>({ extended: listOf(id), lapsed: listOf(id) });
const transferredSchema = Joi.object<{ transferred: TransferredReservation[] }>({
  transferred: listOf(Joi.object<TransferredReservation>({ reservationId: id, variantId: id, quantity })),
});
const conversionSchema = Joi.object<Conversion>({ orderId: id, converted: listOf(variantQuantity) });
const returnedSchema = Joi.object<{ returned: VariantQuantity[] }>({ returned: listOf(variantQuantity) });

/** The free stock of one variant, and whether `wanted` units are available. */
export function checkStock(variantId: string, wanted: number): Promise<Result<StockLevel>> {
  return inventoryClient.get({
    path: apiPath`/api/stock/check/${variantId}`,
    query: { quantity: wanted },
    schema: stockLevelSchema,
  });
}

export function bulkCheckStock(items: readonly VariantQuantity[]): Promise<Result<BulkStock>> {
  return inventoryClient.ask({
    path: apiPath`/api/stock/check/bulk`,
    body: { items: items.map(toVariantQuantity) },
    schema: bulkStockSchema,
  });
}

export interface NewReservation extends VariantQuantity {
  cartId: string;
  ttlMinutes: number;
  /** The id of our own row; the same key never reserves twice. */
  idempotencyKey?: string;
}

/** @returns refused `INSUFFICIENT_STOCK` with what is available (`availableOf`) */
export function createReservation(reservation: NewReservation): Promise<Result<Reservation>> {
  const { idempotencyKey, ...body } = reservation;
  return inventoryClient.write({
    method: "POST",
    path: apiPath`/api/reservations`,
    refusals: [INSUFFICIENT_STOCK],
    body,
    idempotencyKey,
    schema: reservationSchema,
  });
}

export interface ReservationChange {
  /** The new absolute quantity. */
  quantity?: number;
  /** The new lifetime, from now. */
  ttlMinutes?: number;
}

/** @returns refused `RESERVATION_NOT_FOUND` when it has expired or was released, `INSUFFICIENT_STOCK` as above */
export function updateReservation(
  reservationId: string,
  change: ReservationChange,
): Promise<Result<Reservation>> {
  return inventoryClient.write({
    method: "PUT",
    path: apiPath`/api/reservations/${reservationId}`,
    refusals: [INSUFFICIENT_STOCK, notFound("RESERVATION_NOT_FOUND")],
    body: change,
    schema: reservationSchema,
  });
}

/** Extends all live reservations of a cart in one call. */
export function extendCartReservations(
  cartId: string,
  ttlMinutes: number,
): Promise<Result<ExtendedReservations>> {
  return inventoryClient.write({
    method: "PUT",
    path: apiPath`/api/reservations/cart/${cartId}`,
    body: { ttlMinutes },
    schema: extendedSchema,
  });
}

/**
 * Moves reservations to another cart (merge on login); atomic, idempotent; two of one variant become one.
 * @param idempotencyKey of this attempt: a new attempt must look again at what there is to move
 */
export function transferReservations(
  fromCartId: string,
  toCartId: string,
  idempotencyKey: string,
): Promise<Result<{ transferred: TransferredReservation[] }>> {
  return inventoryClient.write({
    method: "POST",
    path: apiPath`/api/reservations/transfer`,
    body: { fromCartId, toCartId },
    idempotencyKey,
    schema: transferredSchema,
  });
}

/** Also succeeds for one that is already released. */
export function releaseReservation(reservationId: string): Promise<Result<unknown>> {
  return inventoryClient.write({
    method: "DELETE",
    path: apiPath`/api/reservations/${reservationId}`,
    schema: nothing,
  });
}

export function releaseCartReservations(cartId: string): Promise<Result<unknown>> {
  return inventoryClient.write({
    method: "DELETE",
    path: apiPath`/api/reservations/cart/${cartId}`,
    schema: nothing,
  });
}

export interface ConversionRequest {
  /** Null for a manual order: taken from free stock. */
  cartId: string | null;
  orderId: string;
  items: readonly VariantQuantity[];
}

/**
 * Turns a cart's reservations into a sale; idempotent by order. Expired reservations are replaced from free stock.
 * @returns refused `INSUFFICIENT_STOCK` (see `shortItemsOf`; nothing is sold) or `ORDER_VOIDED`
 */
export function convertReservationsToSale(request: ConversionRequest): Promise<Result<Conversion>> {
  const { cartId, orderId, items } = request;
  return inventoryClient.write({
    method: "POST",
    path: apiPath`/api/reservations/convert`,
    refusals: [INSUFFICIENT_STOCK, refusal(409, "ORDER_VOIDED")],
    body: { ...(cartId && { cartId }), orderId, items: items.map(toVariantQuantity) },
    idempotencyKey: `${orderId}:stock`,
    schema: conversionSchema,
  });
}

/** Undoes the conversion if there was one, and blocks a later one (`ORDER_VOIDED`); idempotent. */
export function voidConversion(orderId: string): Promise<Result<{ returned: VariantQuantity[] }>> {
  return inventoryClient.write({
    method: "DELETE",
    path: apiPath`/api/reservations/convert/${orderId}`,
    idempotencyKey: `${orderId}:stock-void`,
    schema: returnedSchema,
  });
}

export interface StockReturn {
  orderId: string;
  items: readonly (VariantQuantity & { reason: string })[];
  /** Idempotent by this. */
  reference: string;
}

/** Returns sold units to stock (a cancelled line, a return that passed inspection). */
export function returnInventory(stockReturn: StockReturn): Promise<Result<unknown>> {
  const { orderId, items, reference } = stockReturn;
  return inventoryClient.write({
    method: "POST",
    path: apiPath`/api/admin/adjustments/return`,
    body: {
      orderId,
      items: items.map((item) => ({ ...toVariantQuantity(item), reason: item.reason })),
      reference,
    },
    idempotencyKey: `${orderId}:${reference}`,
    schema: nothing,
  });
}

/** Only the contract's two fields; the caller's line has more. */
function toVariantQuantity(item: VariantQuantity): VariantQuantity {
  return { variantId: item.variantId, quantity: item.quantity };
}

const LENIENT = { convert: false, stripUnknown: true, presence: "required" } as const;
const availableSchema = Joi.object<{ available: number }>({ available: quantity });
const shortItemsSchema = Joi.object<{ items: ShortItem[] }>({
  items: listOf(
    Joi.object<ShortItem>({
      variantId: id,
      requested: quantity.optional().empty(null).default(null),
      available: quantity,
    }),
  ),
});

/** The available quantity in an `INSUFFICIENT_STOCK` refusal; null if it is missing. */
export function availableOf(failure: Failure): number | null {
  const { value, error } = availableSchema.validate(failure.data, LENIENT);
  return error ? null : value.available;
}

/** The lines that a refused conversion lacked; empty if the answer has none. */
export function shortItemsOf(failure: Failure): ShortItem[] {
  const { value, error } = shortItemsSchema.validate(failure.data, LENIENT);
  return error ? [] : value.items;
}
