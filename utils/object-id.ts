import { Types } from "mongoose";

/** An id of a request, whose format is checked already, as the database knows it. */
export const toObjectId = (hex: string): Types.ObjectId => new Types.ObjectId(hex);
