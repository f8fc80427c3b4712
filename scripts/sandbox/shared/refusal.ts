/** A definite no of a neighbour: nothing was done. Becomes the envelope with `success: false`. */
export class Refusal extends Error {
  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
    /** The facts of the refusal (`available`), sent as `data`. */
    readonly data: unknown = null,
  ) {
    super(message);
    this.name = "Refusal";
  }
}
