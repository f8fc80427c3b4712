import { logger } from "../../../config/logger.config.js";
import { countContractFault } from "../../../config/metrics.config.js";
import type { RefundDoc } from "../../../models/index.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { isRefused, type Result, unwrap } from "../../../utils/result.js";

/**
 * What the gateway found by an id that it has issued itself. "Does not exist" can then only mean that the keys belong to
 * another account or mode. It is no failure of the refund, which would be made a second time by a retry.
 * @throws OutcomeUnknownError when the gateway refuses the look-up; the typed upstream errors
 */
export function unwrapLookUp<T>({ _id, refundNumber }: RefundDoc, found: Result<T>): T {
  if (!isRefused(found)) return unwrap(found);
  const { service, statusCode: status, code } = found;
  countContractFault({ service, status });
  logger.error(
    { refundId: _id.toHexString(), refundNumber, code },
    "> The gateway does not know one of our refunds; an operator must check its keys",
  );
  throw new OutcomeUnknownError(service);
}
