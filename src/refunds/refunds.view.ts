export { ReasonsView, toReasonsView } from "../../utils/views/reasons.view.js";
export { RefundView, toRefundView } from "../../utils/views/refund.view.js";
