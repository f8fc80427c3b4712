import Joi from "joi";
import { listView, nullable } from "../../utils/view-schemas.js";
import { AdminRefundView, toAdminRefundView } from "../../utils/views/refund.view.js";
import { AdminReturnView, type LinkOfImage, toAdminReturnView } from "../../utils/views/return.view.js";
import type { ReturnFile } from "./returns.admin.service.js";

export { AdminReturnView, toAdminReturnView };

export const AdminReturnListView = listView(AdminReturnView);

export const toReturnFileView = ({ found, refunds }: ReturnFile, linkOf: LinkOfImage) => ({
  ...toAdminReturnView(found, linkOf),
  refunds: refunds.map(toAdminRefundView),
});

export const ReturnFileView = AdminReturnView.keys({
  refunds: Joi.array()
    .items(AdminRefundView)
    .required()
    .description("One for each source of the order's money"),
}).meta({ className: "ReturnFile" });

export const toRefundedReturnView = ({ found, refunds }: ReturnFile, linkOf: LinkOfImage) => {
  const refund = refunds.find(({ _id }) => found.refundId?.equals(_id));
  return {
    return: toAdminReturnView(found, linkOf),
    refund: refund ? toAdminRefundView(refund) : null,
    refunds: refunds.map(toAdminRefundView),
  };
};

export const RefundedReturnView = Joi.object({
  return: AdminReturnView.required(),
  refund: nullable(AdminRefundView).required().description("Null when nothing was to be refunded"),
  refunds: Joi.array()
    .items(AdminRefundView)
    .required()
    .description("One for each source of the order's money"),
})
  .meta({ className: "RefundedReturn" })
  .required();
