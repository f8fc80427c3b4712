/** A cancellation, or a parcel that came back, with what of it had not been paid for. */
interface UnpaidPart<Id, Content> {
  _id: Id;
  /** When it was recorded here. */
  at: Date;
  unpaid: Content;
}

/**
 * What of an order will never be paid: the parts of `cancelledAmount`, each with its lines. An order that was stored before
 * there were such fields has none.
 */
export const unpaidPartsOf = <Id, Content>(order: {
  cancellations?: readonly UnpaidPart<Id, Content>[];
  uncollectedParcels?: readonly UnpaidPart<Id, Content>[];
}): UnpaidPart<Id, Content>[] => [...(order.cancellations ?? []), ...(order.uncollectedParcels ?? [])];
