// Made by `npm run client` from the OpenAPI document. Do not edit.

export interface paths {
  "/api/cart": {
    /** Get the cart */
    get: operations["getCart"];
    post?: never;
    put?: never;
    /** Empty the cart */
    delete: operations["deleteCart"];
  };
  "/api/cart/mini": {
    /** Cart summary */
    get: operations["getCartMini"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/cart/items": {
    get?: never;
    /** Add to the cart */
    post: operations["postCartItems"];
    put?: never;
    delete?: never;
  };
  "/api/cart/items/{itemId}": {
    get?: never;
    post?: never;
    /** Change a quantity */
    put: operations["putCartItemsItemId"];
    /** Remove from the cart */
    delete: operations["deleteCartItemsItemId"];
  };
  "/api/cart/coupons": {
    get?: never;
    /** Apply a coupon */
    post: operations["postCartCoupons"];
    put?: never;
    delete?: never;
  };
  "/api/cart/coupons/{code}": {
    get?: never;
    post?: never;
    put?: never;
    /** Remove a coupon */
    delete: operations["deleteCartCouponsCode"];
  };
  "/api/cart/merge": {
    get?: never;
    /** Merge the guest's cart */
    post: operations["postCartMerge"];
    put?: never;
    delete?: never;
  };
  "/api/cart/recommendations": {
    /** Recommendations */
    get: operations["getCartRecommendations"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/cart/items/{itemId}/save-later": {
    get?: never;
    /** Save for later */
    post: operations["postCartItemsItemIdSaveLater"];
    put?: never;
    delete?: never;
  };
  "/api/cart/saved-items": {
    /** Saved items */
    get: operations["getCartSavedItems"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/cart/saved-items/{savedItemId}/move-to-cart": {
    get?: never;
    /** Move to the cart */
    post: operations["postCartSavedItemsSavedItemIdMoveToCart"];
    put?: never;
    delete?: never;
  };
  "/api/cart/saved-items/{savedItemId}": {
    get?: never;
    post?: never;
    put?: never;
    /** Delete a saved item */
    delete: operations["deleteCartSavedItemsSavedItemId"];
  };
  "/api/cart/items/{itemId}/move-wishlist": {
    get?: never;
    /** Move to the wishlist */
    post: operations["postCartItemsItemIdMoveWishlist"];
    put?: never;
    delete?: never;
  };
  "/api/checkout/start": {
    get?: never;
    /** Start the checkout of the cart */
    post: operations["postCheckoutStart"];
    put?: never;
    delete?: never;
  };
  "/api/checkout/resume/{sessionId}": {
    /** Resume a checkout */
    get: operations["getCheckoutResumeSessionId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/checkout/{sessionId}": {
    /** The checkout */
    get: operations["getCheckoutSessionId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/checkout/{sessionId}/summary": {
    /** The checkout in full, before paying */
    get: operations["getCheckoutSessionIdSummary"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/checkout/{sessionId}/contact": {
    get?: never;
    post?: never;
    /** Set e-mail and phone */
    put: operations["putCheckoutSessionIdContact"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/shipping-address": {
    get?: never;
    post?: never;
    /** Set the shipping address */
    put: operations["putCheckoutSessionIdShippingAddress"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/billing-address": {
    get?: never;
    post?: never;
    /** Set the billing address */
    put: operations["putCheckoutSessionIdBillingAddress"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/shipping-methods": {
    /** The available shipping methods */
    get: operations["getCheckoutSessionIdShippingMethods"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/checkout/{sessionId}/shipping-method": {
    get?: never;
    post?: never;
    /** Choose the shipping method */
    put: operations["putCheckoutSessionIdShippingMethod"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/payment-method": {
    get?: never;
    post?: never;
    /** Choose how to pay */
    put: operations["putCheckoutSessionIdPaymentMethod"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/gift-message": {
    get?: never;
    post?: never;
    /** Set the gift message */
    put: operations["putCheckoutSessionIdGiftMessage"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/notes": {
    get?: never;
    post?: never;
    /** Set the customer's notes */
    put: operations["putCheckoutSessionIdNotes"];
    delete?: never;
  };
  "/api/checkout/{sessionId}/loyalty": {
    get?: never;
    /** Pay with points */
    post: operations["postCheckoutSessionIdLoyalty"];
    put?: never;
    /** Stop paying with points */
    delete: operations["deleteCheckoutSessionIdLoyalty"];
  };
  "/api/checkout/{sessionId}/store-credit": {
    get?: never;
    /** Pay with store credit */
    post: operations["postCheckoutSessionIdStoreCredit"];
    put?: never;
    /** Stop paying with store credit */
    delete: operations["deleteCheckoutSessionIdStoreCredit"];
  };
  "/api/orders": {
    /** The caller's orders */
    get: operations["getOrders"];
    /** Place the order */
    post: operations["postOrders"];
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}": {
    /** The order */
    get: operations["getOrdersOrderNumber"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/reorder": {
    get?: never;
    /** Order the same again */
    post: operations["postOrdersOrderNumberReorder"];
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/confirmation": {
    /** The confirmation of an order */
    get: operations["getOrdersOrderNumberConfirmation"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/tracking": {
    /** The tracking of an order */
    get: operations["getOrdersOrderNumberTracking"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/timeline": {
    /** The timeline of an order */
    get: operations["getOrdersOrderNumberTimeline"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/invoice": {
    /** The invoice of an order */
    get: operations["getOrdersOrderNumberInvoice"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/orders/{orderNumber}/cancel": {
    get?: never;
    /** Cancel the order */
    post: operations["postOrdersOrderNumberCancel"];
    put?: never;
    delete?: never;
  };
  "/api/payments": {
    get?: never;
    /** Start a payment */
    post: operations["postPayments"];
    put?: never;
    delete?: never;
  };
  "/api/payments/verify": {
    get?: never;
    /** Verify a payment */
    post: operations["postPaymentsVerify"];
    put?: never;
    delete?: never;
  };
  "/api/payments/cod": {
    get?: never;
    /** Place the order, to be paid on delivery */
    post: operations["postPaymentsCod"];
    put?: never;
    delete?: never;
  };
  "/api/payments/{paymentId}/retry": {
    get?: never;
    /** Retry a failed payment */
    post: operations["postPaymentsPaymentIdRetry"];
    put?: never;
    delete?: never;
  };
  "/api/payments/{paymentId}": {
    /** The payment */
    get: operations["getPaymentsPaymentId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/refunds/reasons": {
    /** Reasons for a refund */
    get: operations["getRefundsReasons"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/refunds": {
    /** The caller's refunds */
    get: operations["getRefunds"];
    /** Ask for a refund */
    post: operations["postRefunds"];
    put?: never;
    delete?: never;
  };
  "/api/refunds/{refundId}": {
    /** The refund */
    get: operations["getRefundsRefundId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/refunds/{refundId}/bank-account": {
    get?: never;
    post?: never;
    /** Set the bank account */
    put: operations["putRefundsRefundIdBankAccount"];
    delete?: never;
  };
  "/api/returns/reasons": {
    /** Reasons for a return */
    get: operations["getReturnsReasons"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/returns/eligibility": {
    /** What can be returned */
    get: operations["getReturnsEligibility"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/returns": {
    /** The caller's returns */
    get: operations["getReturns"];
    /** Ask for a return */
    post: operations["postReturns"];
    put?: never;
    delete?: never;
  };
  "/api/returns/{returnId}": {
    /** The return */
    get: operations["getReturnsReturnId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/returns/{returnId}/images": {
    get?: never;
    /** Add photos to a return */
    post: operations["postReturnsReturnIdImages"];
    put?: never;
    delete?: never;
  };
  "/api/invoices/order/{orderNumber}": {
    /** The invoices of an order */
    get: operations["getInvoicesOrderOrderNumber"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/invoices/{invoiceNumber}/download": {
    /** Download an invoice */
    get: operations["getInvoicesInvoiceNumberDownload"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/carts/abandoned": {
    /** Abandoned carts */
    get: operations["getAdminCartsAbandoned"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/carts/analytics": {
    /** Cart analytics */
    get: operations["getAdminCartsAnalytics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/carts/analytics/abandonment": {
    /** Cart analytics */
    get: operations["getAdminCartsAnalyticsAbandonment"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/carts/settings": {
    /** Cart settings */
    get: operations["getAdminCartsSettings"];
    post?: never;
    /** Change cart settings */
    put: operations["putAdminCartsSettings"];
    delete?: never;
  };
  "/api/admin/carts/{cartId}": {
    /** A cart */
    get: operations["getAdminCartsCartId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/checkouts": {
    /** Checkouts */
    get: operations["getAdminCheckouts"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/checkouts/funnel": {
    /** The checkout funnel */
    get: operations["getAdminCheckoutsFunnel"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/checkouts/{sessionId}": {
    /** A checkout */
    get: operations["getAdminCheckoutsSessionId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/manual": {
    get?: never;
    /** Enter an order */
    post: operations["postAdminOrdersManual"];
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/bulk-update": {
    get?: never;
    /** Set the status of many orders */
    post: operations["postAdminOrdersBulkUpdate"];
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/{orderId}/fulfillments": {
    get?: never;
    /** Ship an order */
    post: operations["postAdminOrdersOrderIdFulfillments"];
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/{orderId}/status": {
    get?: never;
    post?: never;
    /** Change the status of an order */
    put: operations["putAdminOrdersOrderIdStatus"];
    delete?: never;
  };
  "/api/admin/orders/{orderId}/sellers/{sellerId}/status": {
    get?: never;
    post?: never;
    /** Change the status of a seller's part */
    put: operations["putAdminOrdersOrderIdSellersSellerIdStatus"];
    delete?: never;
  };
  "/api/admin/orders/{orderId}/cancel": {
    get?: never;
    /** Cancel an order */
    post: operations["postAdminOrdersOrderIdCancel"];
    put?: never;
    delete?: never;
  };
  "/api/admin/webhooks": {
    /** Received events */
    get: operations["getAdminWebhooks"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/webhooks/{eventId}": {
    /** One received event */
    get: operations["getAdminWebhooksEventId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/webhooks/{eventId}/replay": {
    get?: never;
    /** Apply an event again */
    post: operations["postAdminWebhooksEventIdReplay"];
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/reconcile": {
    get?: never;
    /** Reconcile with the gateway */
    post: operations["postAdminPaymentsReconcile"];
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/reconciliations": {
    /** Reconciliations */
    get: operations["getAdminPaymentsReconciliations"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/reconciliations/{reportId}": {
    /** A reconciliation */
    get: operations["getAdminPaymentsReconciliationsReportId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices": {
    /** Invoices and credit notes */
    get: operations["getAdminInvoices"];
    /** Issue an invoice */
    post: operations["postAdminInvoices"];
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/credit-note": {
    get?: never;
    /** Issue a credit note */
    post: operations["postAdminInvoicesCreditNote"];
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/{invoiceNumber}/email": {
    get?: never;
    /** E-mail an invoice */
    post: operations["postAdminInvoicesInvoiceNumberEmail"];
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/bulk-download": {
    get?: never;
    /** Download many invoices */
    post: operations["postAdminInvoicesBulkDownload"];
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/bulk-download/{jobId}": {
    /** The progress of an archive */
    get: operations["getAdminInvoicesBulkDownloadJobId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/template": {
    /** The invoice template */
    get: operations["getAdminInvoicesTemplate"];
    post?: never;
    /** Change the invoice template */
    put: operations["putAdminInvoicesTemplate"];
    delete?: never;
  };
  "/api/admin/invoices/template/preview": {
    get?: never;
    /** Preview the invoice template */
    post: operations["postAdminInvoicesTemplatePreview"];
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/tax-summary": {
    /** Tax summary of invoices and credit notes */
    get: operations["getAdminInvoicesTaxSummary"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/invoices/gstr1": {
    /** GSTR-1 of a month */
    get: operations["getAdminInvoicesGstr1"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments": {
    /** Payments */
    get: operations["getAdminPayments"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/analytics": {
    /** The analysis of payments */
    get: operations["getAdminPaymentsAnalytics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/export": {
    /** Export payments */
    get: operations["getAdminPaymentsExport"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/{paymentId}": {
    /** A payment */
    get: operations["getAdminPaymentsPaymentId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/{paymentId}/gateway-response": {
    /** What the gateway reported */
    get: operations["getAdminPaymentsPaymentIdGatewayResponse"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/{paymentId}/record-receipt": {
    get?: never;
    /** Record a receipt */
    post: operations["postAdminPaymentsPaymentIdRecordReceipt"];
    put?: never;
    delete?: never;
  };
  "/api/admin/payments/{paymentId}/capture": {
    get?: never;
    /** Capture a payment */
    post: operations["postAdminPaymentsPaymentIdCapture"];
    put?: never;
    delete?: never;
  };
  "/api/admin/orders": {
    /** Orders */
    get: operations["getAdminOrders"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/search": {
    /** Search orders */
    get: operations["getAdminOrdersSearch"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/export": {
    /** Export orders */
    get: operations["getAdminOrdersExport"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/analytics": {
    /** The analysis of orders */
    get: operations["getAdminOrdersAnalytics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/{orderId}": {
    /** An order */
    get: operations["getAdminOrdersOrderId"];
    post?: never;
    /** Edit an order */
    put: operations["putAdminOrdersOrderId"];
    delete?: never;
  };
  "/api/admin/orders/{orderId}/notes": {
    get?: never;
    /** Add a note */
    post: operations["postAdminOrdersOrderIdNotes"];
    put?: never;
    delete?: never;
  };
  "/api/admin/orders/{orderId}/tags": {
    get?: never;
    /** Add tags */
    post: operations["postAdminOrdersOrderIdTags"];
    put?: never;
    /** Remove tags */
    delete: operations["deleteAdminOrdersOrderIdTags"];
  };
  "/api/admin/refunds": {
    /** Refunds */
    get: operations["getAdminRefunds"];
    /** Start a refund */
    post: operations["postAdminRefunds"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/analytics": {
    /** The analysis of refunds */
    get: operations["getAdminRefundsAnalytics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}": {
    /** A refund */
    get: operations["getAdminRefundsRefundId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/history": {
    /** The history of a refund */
    get: operations["getAdminRefundsRefundIdHistory"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/approve": {
    get?: never;
    /** Approve a refund */
    post: operations["postAdminRefundsRefundIdApprove"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/reject": {
    get?: never;
    /** Reject a refund */
    post: operations["postAdminRefundsRefundIdReject"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/process": {
    get?: never;
    /** Process a refund in full */
    post: operations["postAdminRefundsRefundIdProcess"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/process-partial": {
    get?: never;
    /** Process a refund in part */
    post: operations["postAdminRefundsRefundIdProcessPartial"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/store-credit": {
    get?: never;
    /** Refund to store credit */
    post: operations["postAdminRefundsRefundIdStoreCredit"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/bank-transfer": {
    get?: never;
    /** Refund by bank transfer */
    post: operations["postAdminRefundsRefundIdBankTransfer"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/bank-transfer/confirm": {
    get?: never;
    /** Confirm a bank transfer */
    post: operations["postAdminRefundsRefundIdBankTransferConfirm"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/retry": {
    get?: never;
    /** Retry a failed refund */
    post: operations["postAdminRefundsRefundIdRetry"];
    put?: never;
    delete?: never;
  };
  "/api/admin/refunds/{refundId}/notes": {
    get?: never;
    /** Add a note */
    post: operations["postAdminRefundsRefundIdNotes"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns": {
    /** Returns */
    get: operations["getAdminReturns"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/analytics": {
    /** The analysis of returns */
    get: operations["getAdminReturnsAnalytics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}": {
    /** A return */
    get: operations["getAdminReturnsReturnId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/approve": {
    get?: never;
    /** Approve a return */
    post: operations["postAdminReturnsReturnIdApprove"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/reject": {
    get?: never;
    /** Reject a return */
    post: operations["postAdminReturnsReturnIdReject"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/schedule-pickup": {
    get?: never;
    /** Schedule the pickup */
    post: operations["postAdminReturnsReturnIdSchedulePickup"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/received": {
    get?: never;
    post?: never;
    /** The parcel has arrived */
    put: operations["putAdminReturnsReturnIdReceived"];
    delete?: never;
  };
  "/api/admin/returns/{returnId}/inspect": {
    get?: never;
    /** Record the inspection */
    post: operations["postAdminReturnsReturnIdInspect"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/refund": {
    get?: never;
    /** Refund and complete a return */
    post: operations["postAdminReturnsReturnIdRefund"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/notes": {
    get?: never;
    /** Add a note */
    post: operations["postAdminReturnsReturnIdNotes"];
    put?: never;
    delete?: never;
  };
  "/api/admin/returns/{returnId}/images": {
    get?: never;
    /** Add photos of the warehouse to a return */
    post: operations["postAdminReturnsReturnIdImages"];
    put?: never;
    delete?: never;
  };
  "/api/admin/jobs": {
    /** Scheduled jobs and their last runs */
    get: operations["getAdminJobs"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/jobs/{name}/run": {
    get?: never;
    /** Run a job now */
    post: operations["postAdminJobsNameRun"];
    put?: never;
    delete?: never;
  };
  "/api/admin/outbox": {
    /** Undelivered messages */
    get: operations["getAdminOutbox"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/outbox/{id}/replay": {
    get?: never;
    /** Deliver a message again */
    post: operations["postAdminOutboxIdReplay"];
    put?: never;
    delete?: never;
  };
  "/api/admin/settings/{group}": {
    /** A group of settings */
    get: operations["getAdminSettingsGroup"];
    post?: never;
    /** Change settings */
    put: operations["putAdminSettingsGroup"];
    delete?: never;
  };
  "/api/admin/audit-logs": {
    /** The audit log */
    get: operations["getAdminAuditLogs"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/admin/ops/summary": {
    /** What an operator looks at first */
    get: operations["getAdminOpsSummary"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/webhooks/razorpay": {
    get?: never;
    /** Events of the payment gateway */
    post: operations["postWebhooksRazorpay"];
    put?: never;
    delete?: never;
  };
  "/api/webhooks/razorpay/refund": {
    get?: never;
    /** Refund events of the payment gateway */
    post: operations["postWebhooksRazorpayRefund"];
    put?: never;
    delete?: never;
  };
  "/api/webhooks/shipping": {
    get?: never;
    /** Reports of the shipping service */
    post: operations["postWebhooksShipping"];
    put?: never;
    delete?: never;
  };
  "/ops": {
    /** The page for operators */
    get: operations["getOps"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/files/{fileId}": {
    /** Download a file by its link */
    get: operations["getFilesFileId"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/health": {
    /** The state of the service, its database and the services it calls */
    get: operations["getHealth"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/health/live": {
    /** Whether the process runs */
    get: operations["getHealthLive"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/health/ready": {
    /** Whether requests should be sent to this instance */
    get: operations["getHealthReady"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/metrics": {
    /** Metrics for Prometheus */
    get: operations["getMetrics"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/docs": {
    /** Interactive documentation of this API */
    get: operations["getDocs"];
    post?: never;
    put?: never;
    delete?: never;
  };
  "/api/docs/openapi.json": {
    /** The OpenAPI 3.1 document */
    get: operations["getDocsOpenapiJson"];
    post?: never;
    put?: never;
    delete?: never;
  };
}

export interface components {
  schemas: {
    Envelope: {
      success: boolean;
      statusCode: number;
      message: string;
      data?: unknown;
      error: {
        code: string;
        details?: unknown;
      } | null;
      meta?: Record<string, unknown>;
    };
    /**
     * What went wrong, for programs. Codes are stable; messages may change.
     *
     * | code | status | meaning |
     * |---|---|---|
     * | `VALIDATION_ERROR` | 400 | A field is missing, unknown or not valid. `details` lists each: `in`, `path`, `message`. |
     * | `MALFORMED_JSON` | 400 | The body is not JSON. |
     * | `IDEMPOTENCY_KEY_REQUIRED` | 400 | The operation needs an `Idempotency-Key`, so that repeating it has no second effect. |
     * | `IDEMPOTENCY_KEY_INVALID` | 400 | The `Idempotency-Key` does not have 8 to 255 printable characters. |
     * | `IDEMPOTENCY_KEY_REUSED` | 422 | The `Idempotency-Key` was used with a different body. Send a new key. |
     * | `PAYLOAD_TOO_LARGE` | 413 | The body or a file is too large. |
     * | `UNSUPPORTED_MEDIA_TYPE` | 415 | The body is neither JSON nor an accepted form, or a file is not of an accepted type. |
     * | `UNAUTHENTICATED` | 401 | The token, guest id or signature is missing, expired or not valid. |
     * | `FORBIDDEN` | 403 | The caller is known, but may not do this. |
     * | `SAME_APPROVER` | 403 | The administrator who started the refund cannot approve it. Another one has to. |
     * | `RATE_LIMITED` | 429 | Too many requests. Wait as many seconds as `Retry-After` says. |
     * | `NOT_FOUND` | 404 | There is no such route or document. |
     * | `CART_NOT_FOUND` | 404 | There is no such cart. |
     * | `CART_ITEM_NOT_FOUND` | 404 | The cart has no such item. |
     * | `SAVED_ITEM_NOT_FOUND` | 404 | There is no such saved item. |
     * | `PRODUCT_NOT_FOUND` | 404 | The catalog does not sell this product or variant. |
     * | `CHECKOUT_NOT_FOUND` | 404 | There is no such checkout, or it is another caller's. |
     * | `ORDER_NOT_FOUND` | 404 | There is no such order, or it is another caller's. |
     * | `PAYMENT_NOT_FOUND` | 404 | There is no such payment, or it is another caller's. |
     * | `REFUND_NOT_FOUND` | 404 | There is no such refund, or it is another caller's. |
     * | `RETURN_NOT_FOUND` | 404 | There is no such return, or it is another caller's. |
     * | `INVOICE_NOT_FOUND` | 404 | There is no such invoice, or it is another caller's. |
     * | `INVOICE_NOT_READY` | 404 | The order's invoice is not issued yet. Try again after `Retry-After`. |
     * | `SELLER_ORDER_NOT_FOUND` | 404 | The order has no items of this seller. |
     * | `JOB_NOT_FOUND` | 404 | There is no job or download with this name or id. |
     * | `FILE_NOT_FOUND` | 404 | The link is not valid or has expired. Ask for a new one. |
     * | `OUT_OF_STOCK` | 400, 409 | There is not enough stock; `details.available` says how much is left, or `details.items` for each item of a manual order. With 409, the stock was lost after the payment, which is refunded. |
     * | `CART_LIMIT` | 400 | The cart would have too many items, or too many units of one. `details` has the limit. |
     * | `FREE_GIFT_LOCKED` | 400 | A free gift cannot be changed or removed by itself. |
     * | `COUPON_INVALID` | 400, 409 | The coupon cannot be used; `details.reason` says why. With 409, it was lost after the payment, which is refunded. |
     * | `CART_EMPTY` | 400 | Nothing in the cart can be bought. |
     * | `CART_CHANGED` | 400 | Prices or stock have changed; see `details.notices`. Show the cart again before continuing. |
     * | `CHECKOUT_EXPIRED` | 410 | The checkout has expired. Resume it or start another. |
     * | `CHECKOUT_INCOMPLETE` | 400 | A step of the checkout is missing; `details.missing` lists the fields. |
     * | `CHECKOUT_FAILED` | 409 | No order could be placed from this checkout. Money that was paid is refunded. |
     * | `PINCODE_NOT_SERVICEABLE` | 400 | Nothing is delivered to this pincode. |
     * | `INVALID_GSTIN` | 400 | The GSTIN is not valid, or belongs to another state than the billing address. |
     * | `SHIPPING_METHOD_UNAVAILABLE` | 400 | The shipping method is not offered for this address. List the methods again. |
     * | `COD_UNAVAILABLE` | 400 | Cash on delivery is not available for this order; `details.reason` says why. |
     * | `METHOD_UNAVAILABLE` | 400 | The payment method cannot be used here; `details.reason` says why. Offer another one. |
     * | `AMOUNT_BELOW_MINIMUM` | 400 | The gateway does not take less than ₹1. |
     * | `INSUFFICIENT_POINTS` | 400, 409 | The customer has fewer loyalty points; `details.available` says how many. With 409, they were used elsewhere after the payment, which is refunded. |
     * | `INSUFFICIENT_CREDIT` | 400, 409 | The customer has less store credit; `details.available` says how much. With 409, it was used elsewhere after the payment, which is refunded. |
     * | `TERMS_NOT_ACCEPTED` | 400 | Send `termsAccepted: true` to place the order. |
     * | `PAYMENT_REQUIRED` | 400 | The checkout is not paid yet. |
     * | `PAYMENT_NOT_FAILED` | 400 | Only a failed payment can be tried again. |
     * | `PAYMENT_SUPERSEDED` | 400, 409 | The checkout changed after this payment began. It pays for nothing and is refunded. |
     * | `PAYMENT_DISPUTED` | 400 | The customer's bank disputes the payment. It can be refunded once the dispute has ended. |
     * | `SIGNATURE_INVALID` | 400 | The signature does not belong to this payment. Send what the gateway gave to the browser. |
     * | `AMOUNT_MISMATCH` | 400 | The amount or currency is not what was asked for. A payment with this fault is refunded. |
     * | `PLACEMENT_IN_PROGRESS` | 409 | An order is being placed. Repeat the request after `Retry-After`. |
     * | `INVALID_STATUS_TRANSITION` | 400 | The status cannot change this way; `details` has `from`, `to` and what is `allowed`. |
     * | `ORDER_NOT_CANCELLABLE` | 400 | The order, or some of its items, cannot be cancelled any more; `details.reason` says why. |
     * | `ORDER_NOT_EDITABLE` | 400 | The order has left the warehouse or is closed. |
     * | `ORDER_NOT_SHIPPABLE` | 400 | There is nothing to ship, or it may not be shipped; `details.reason` says why. |
     * | `SHIPMENT_REFUSED` | 400 | The shipping service does not accept the parcel; `details.reason` is its code. |
     * | `ORDER_NOT_INVOICEABLE` | 400 | The order cannot have this document, for example because it was cancelled before its invoice. |
     * | `CREDIT_EXCEEDS_INVOICE` | 400 | A credit note cannot exceed what was invoiced. |
     * | `REFUND_NOT_COMPLETED` | 400 | Only a completed refund is credited. |
     * | `NOT_REFUNDABLE` | 400 | The order or item cannot be refunded; `details.reason` says why. |
     * | `REFUND_EXCEEDS_PAID` | 400 | The refund exceeds what was paid and not refunded; `details.left` says what is left. |
     * | `BANK_ACCOUNT_REQUIRED` | 400 | Send the bank account that the money goes to. |
     * | `RETURN_WINDOW_CLOSED` | 400 | The item can no longer be returned. |
     * | `NOT_RETURNABLE` | 400 | This item cannot be returned; `details` says why. |
     * | `QUANTITY_NOT_RETURNABLE` | 400 | Fewer units can be returned than were asked for; `details` says how many. |
     * | `RETURN_NOT_INSPECTED` | 400 | Inspect the goods before refunding them. |
     * | `RETURN_INSPECTED` | 400 | The return has been inspected already. |
     * | `RETURN_NOT_OPEN` | 400 | The return is closed or inspected. It takes no more photos. |
     * | `PICKUP_NOT_POSSIBLE` | 400 | The goods cannot be picked up; `details.reason` says why. |
     * | `INVALID_IMAGE` | 400 | A photo is damaged or too large. Send another one. |
     * | `TOO_MANY_IMAGES` | 400 | The return has as many photos as it can have. |
     * | `VERSION_CONFLICT` | 409 | Another request changed the document first: `details.current` is its present version or, for a payment, refund or return, its status. Read it again and decide anew. |
     * | `REQUEST_IN_PROGRESS` | 409 | The same request, or another change of the same document, is still running. Repeat it after `Retry-After`. |
     * | `INTERNAL_ERROR` | 500 | The service has a fault. Report the `X-Request-Id` of the answer. |
     * | `UPSTREAM_BAD_RESPONSE` | 502 | A service that the request needs answered incorrectly. Try again. |
     * | `UPSTREAM_UNAVAILABLE` | 503 | A service that the request needs is down. Try again after `Retry-After`. |
     * | `OVERLOADED` | 503 | The service is too busy. Try again after `Retry-After`. |
     * | `OUTCOME_UNKNOWN` | 503 | It may have been done. Repeat the same request, with the same `Idempotency-Key`, to find out; never send another one instead. |
     * | `UPSTREAM_TIMEOUT` | 504 | A service that the request needs did not answer in time. Try again. |
     */
    ErrorCode: "VALIDATION_ERROR" | "MALFORMED_JSON" | "IDEMPOTENCY_KEY_REQUIRED" | "IDEMPOTENCY_KEY_INVALID" | "IDEMPOTENCY_KEY_REUSED" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "UNAUTHENTICATED" | "FORBIDDEN" | "SAME_APPROVER" | "RATE_LIMITED" | "NOT_FOUND" | "CART_NOT_FOUND" | "CART_ITEM_NOT_FOUND" | "SAVED_ITEM_NOT_FOUND" | "PRODUCT_NOT_FOUND" | "CHECKOUT_NOT_FOUND" | "ORDER_NOT_FOUND" | "PAYMENT_NOT_FOUND" | "REFUND_NOT_FOUND" | "RETURN_NOT_FOUND" | "INVOICE_NOT_FOUND" | "INVOICE_NOT_READY" | "SELLER_ORDER_NOT_FOUND" | "JOB_NOT_FOUND" | "FILE_NOT_FOUND" | "OUT_OF_STOCK" | "CART_LIMIT" | "FREE_GIFT_LOCKED" | "COUPON_INVALID" | "CART_EMPTY" | "CART_CHANGED" | "CHECKOUT_EXPIRED" | "CHECKOUT_INCOMPLETE" | "CHECKOUT_FAILED" | "PINCODE_NOT_SERVICEABLE" | "INVALID_GSTIN" | "SHIPPING_METHOD_UNAVAILABLE" | "COD_UNAVAILABLE" | "METHOD_UNAVAILABLE" | "AMOUNT_BELOW_MINIMUM" | "INSUFFICIENT_POINTS" | "INSUFFICIENT_CREDIT" | "TERMS_NOT_ACCEPTED" | "PAYMENT_REQUIRED" | "PAYMENT_NOT_FAILED" | "PAYMENT_SUPERSEDED" | "PAYMENT_DISPUTED" | "SIGNATURE_INVALID" | "AMOUNT_MISMATCH" | "PLACEMENT_IN_PROGRESS" | "INVALID_STATUS_TRANSITION" | "ORDER_NOT_CANCELLABLE" | "ORDER_NOT_EDITABLE" | "ORDER_NOT_SHIPPABLE" | "SHIPMENT_REFUSED" | "ORDER_NOT_INVOICEABLE" | "CREDIT_EXCEEDS_INVOICE" | "REFUND_NOT_COMPLETED" | "NOT_REFUNDABLE" | "REFUND_EXCEEDS_PAID" | "BANK_ACCOUNT_REQUIRED" | "RETURN_WINDOW_CLOSED" | "NOT_RETURNABLE" | "QUANTITY_NOT_RETURNABLE" | "RETURN_NOT_INSPECTED" | "RETURN_INSPECTED" | "RETURN_NOT_OPEN" | "PICKUP_NOT_POSSIBLE" | "INVALID_IMAGE" | "TOO_MANY_IMAGES" | "VERSION_CONFLICT" | "REQUEST_IN_PROGRESS" | "INTERNAL_ERROR" | "UPSTREAM_BAD_RESPONSE" | "UPSTREAM_UNAVAILABLE" | "OVERLOADED" | "OUTCOME_UNKNOWN" | "UPSTREAM_TIMEOUT";
    Refusal: components["schemas"]["Envelope"] & {
      success: false;
      data: null;
      error: {
        code: components["schemas"]["ErrorCode"];
        details?: unknown;
      };
    };
    AbandonedCart: {
      id: string;
      userId: string | null;
      value: number;
      currency: string;
      itemCount: number;
      totalQuantity: number;
      source: "web" | "mobile";
      abandonedAt: string | null;
      reminderSentAt: string | null;
      createdAt: string;
      updatedAt: string;
    };
    AbandonedProduct: {
      productId: string;
      name: string;
      quantity: number;
      value: number;
    };
    Address: {
      name: string;
      phone: string;
      line1: string;
      city: string;
      state: string;
      pincode: string;
      country: string;
      line2?: string;
      landmark?: string;
    };
    AdminCart: {
      id: string | null;
      status: "active" | "abandoned" | "converted";
      currency: string;
      itemCount: number;
      totalQuantity: number;
      totals: components["schemas"]["CartTotals"];
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      appliedDiscounts: components["schemas"]["AppliedDiscount"][];
      freeGifts: components["schemas"]["CartItemView"][];
      expiresAt: string | null;
      notices: components["schemas"]["Notice"][];
      version: number;
      items: components["schemas"]["AdminCartItem"][];
      /** Those of its items, in their order */
      reservations: components["schemas"]["Reservation"][];
      userId: string | null;
      user: components["schemas"]["User"] | null;
      source: "web" | "mobile";
      convertedOrderId: string | null;
      mergedIntoCartId: string | null;
      checkoutInProgress: string | null;
      abandonedAt: string | null;
      reminderSentAt: string | null;
      createdAt: string;
      updatedAt: string;
    };
    AdminCartItem: {
      id: string;
      productId: string;
      variantId: string;
      sku: string;
      name: string;
      imageUrl: string | null;
      attributes: Record<string, string>;
      quantity: number;
      unitPrice: number;
      unitMrp: number;
      lineDiscount: number;
      lineTotal: number;
      isFreeGift: boolean;
      availability: components["schemas"]["Availability"] | null;
      addedAt: string;
      bundleId?: string;
      giftRuleId?: string;
      reservation: components["schemas"]["Reservation"] | null;
    };
    AdminCheckout: {
      id: string;
      cartId: string;
      status: "initiated" | "address_entered" | "payment_pending" | "completed" | "failed";
      email: string | null;
      phone: string | null;
      shippingAddress: components["schemas"]["Address"] | null;
      billingAddress: components["schemas"]["Address"] | null;
      billingSameAsShipping: boolean;
      gstin: string | null;
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      paymentMethod: "upi" | "card" | "netbanking" | "wallet" | "cod" | null;
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      termsAccepted: boolean;
      totals: components["schemas"]["CheckoutTotals"];
      expiresAt: string;
      orderNumber?: string;
      userId: string | null;
      customerName: string | null;
      source: "web" | "mobile";
      failureReason: "expired" | "out_of_stock" | "coupon_invalid" | "insufficient_points" | "insufficient_credit" | "capture_refused" | "cart_gone" | "unavailable" | null;
      steps: components["schemas"]["CheckoutSteps"];
      reminderSentAt: string | null;
      createdAt: string;
      updatedAt: string;
      payment: components["schemas"]["PaymentWithHistory"] | null;
      cart: components["schemas"]["CartWithoutSession"];
      loyaltyPoints: number;
      loyaltyPointValue: number;
      storeCreditAmount: number;
      couponClaims: string[];
      termsAcceptedAt: string | null;
      placement: {
        startedAt: string;
        leaseUntil: string;
        attempts: number;
      } | null;
      payments: components["schemas"]["PaymentWithHistory"][];
      version: number;
    };
    AdminInvoice: {
      id: string;
      invoiceNumber: string;
      type: "sale" | "credit_note";
      status: "draft" | "issued";
      documentTitle: string;
      orderNumber: string;
      issuedAt: string;
      financialYear: string;
      placeOfSupply: {
        code: string;
        name: string;
      };
      supplyType: "intra_state" | "inter_state";
      supplier: components["schemas"]["InvoiceSupplier"];
      buyer: components["schemas"]["InvoiceBuyer"];
      billingAddress: components["schemas"]["Address"];
      shippingAddress: components["schemas"]["Address"] | null;
      pricesIncludeTax: boolean;
      lines: components["schemas"]["InvoiceLine"][];
      taxSummary: components["schemas"]["InvoiceTaxSummary"][];
      totals: components["schemas"]["InvoiceTotals"];
      amountInWords: string;
      pdfUrl: string;
      originalInvoiceNumber?: string;
      refundNumber?: string;
      reason?: string;
      orderId: string;
      /** False for a credit note after the last date on which tax may be reversed */
      hasGstEffect: boolean;
      /** The admin who asked for it; null: issued automatically */
      createdById: string | null;
    };
    AdminOrder: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      fulfillmentStatus: "unfulfilled" | "partially_fulfilled" | "fulfilled";
      currency: string;
      items: components["schemas"]["OrderItemView"][];
      totals: components["schemas"]["OrderTotals"];
      paidAmount: number;
      refundedAmount: number;
      email: string;
      phone: string;
      shippingAddress: components["schemas"]["Address"];
      billingAddress: components["schemas"]["Address"];
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      source: "web" | "mobile" | "admin";
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
      payment: components["schemas"]["PaymentView"] | null;
      placedAt: string;
      canCancel: boolean;
      canReturn: boolean;
      gstin?: string;
      confirmedAt?: string;
      shippedAt?: string;
      deliveredAt?: string;
      cancelledAt?: string;
      cancellationReason?: string;
      /** Null: a guest */
      userId: string | null;
      /** Null: an admin entered the order */
      checkoutSessionId: string | null;
      customerName: string | null;
      paymentMethod: string | null;
      invoiceNumber: string | null;
      /** For `PUT /api/admin/orders/:orderId` */
      version: number;
      tags: string[];
      shipments: components["schemas"]["StaffShipment"][];
      internalNotes: components["schemas"]["StaffNote"][];
      statusHistory: components["schemas"]["StaffStatusChange"][];
      sellerOrders: components["schemas"]["SellerOrder"][];
      payments: components["schemas"]["PaymentWithHistory"][];
      refunds: components["schemas"]["AdminRefund"][];
      disputes: components["schemas"]["PaymentDispute"][];
      /** What admins changed, oldest first */
      edits: components["schemas"]["OrderEdit"][];
    };
    AdminPayment: {
      id: string;
      checkoutSessionId: string | null;
      gateway: "razorpay" | "cod" | "manual";
      method: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual" | null;
      status: "pending" | "authorized" | "captured" | "failed" | "refunded";
      currency: string;
      amount: number;
      capturedAmount: number;
      refundedAmount: number;
      methodDetails: components["schemas"]["PaymentMethodDetails"];
      createdAt: string;
      orderNumber?: string;
      errorMessage?: string;
      nextStep?: "try_again" | "check_details" | "other_method" | "contact_bank" | "contact_support";
      retryOf?: string;
      capturedAt?: string;
      gatewayOrderId: string | null;
      gatewayPaymentId: string | null;
      /** The gateway's, with `tax`; null until it is known */
      fee: number | null;
      tax: number | null;
      settlement: components["schemas"]["Settlement"] | null;
      /** Recorded by an admin, for a payment without a gateway */
      receipt: components["schemas"]["PaymentReceipt"] | null;
      /** The gateway's own */
      errorCode: string | null;
      errorReason: string | null;
      /** It pays for the order; at most one payment of a checkout does */
      accepted: boolean;
      /** The money goes back, because it pays for no order */
      surplus: boolean;
      supersededAt: string | null;
      /** A person has to look at it */
      attention: boolean;
      mismatch: components["schemas"]["PaymentMismatch"] | null;
      updatedAt: string;
      statusHistory: components["schemas"]["PaymentTransition"][];
      dispute?: components["schemas"]["PaymentDispute"];
      order: components["schemas"]["OrderOfPayment"] | null;
      /** The other attempts to pay for the same checkout, oldest first */
      attempts: components["schemas"]["ListedPayment"][];
      disputes: components["schemas"]["PaymentDispute"][];
    };
    AdminRefund: {
      id: string;
      refundNumber: string;
      type: "full" | "partial";
      reason: string;
      notes: string | null;
      status: "pending" | "processing" | "completed" | "failed" | "rejected";
      /** Where the money comes from; of a pending refund, its first part */
      source: "payment" | "store_credit" | "points";
      destination: "original" | "store_credit" | "bank_transfer";
      amount: number;
      /** The part of `amount` for shipping and fees */
      shippingAmount: number;
      items: components["schemas"]["RefundItem"][];
      initiatedByType: "customer" | "admin" | "system";
      createdAt: string;
      timeline: components["schemas"]["RefundTransition"][];
      orderNumber?: string;
      paymentId?: string;
      /** While `pending`: what each source of the order's money will give back, and where to */
      split?: components["schemas"]["RefundPart"][];
      bankAccount?: components["schemas"]["RefundBankAccount"];
      utr?: string;
      failureReason?: string;
      rejectionReason?: string;
      processedAt?: string;
      orderId: string | null;
      gatewayRefundId: string | null;
      /** How the gateway returns it: `instant` or `normal` */
      speed?: string;
      initiatedById: string | null;
      approvedById: string | null;
      attempts: components["schemas"]["RefundAttempt"][];
      adminNotes: components["schemas"]["StaffNote"][];
      /** Why the service or the gateway started it; absent if a person did */
      systemReason?: string;
      /** A person has to look at it */
      attention: boolean;
      /** The refund that was approved together with this one */
      splitFrom: string | null;
    };
    AdminReturn: {
      id: string;
      orderNumber: string;
      status: "requested" | "approved" | "rejected" | "received" | "completed";
      items: components["schemas"]["ReturnItem"][];
      /** One of damaged, defective, wrong_item, not_as_described, missing_parts, not_satisfied, other; `returned_to_origin` for a parcel that was never delivered */
      reason: string;
      customerNotes: string | null;
      images: components["schemas"]["ReturnImage"][];
      createdAt: string;
      /** The RMA number, from the approval on */
      returnNumber?: string;
      pickup?: components["schemas"]["ReturnPickup"];
      receivedAt?: string;
      inspection?: components["schemas"]["ReturnInspection"];
      refundBreakdown?: components["schemas"]["ReturnRefundBreakdown"];
      refundNumber?: string;
      rejectionReason?: string;
      timeline: components["schemas"]["AdminReturnTransition"][];
      orderId: string;
      userId: string | null;
      /** A parcel that came back undelivered */
      isReturnToOrigin: boolean;
      inspectionStatus: "pending" | "pass" | "fail";
      /** Photos of the warehouse */
      inspectionImages: components["schemas"]["ReturnImage"][];
      adminNotes: components["schemas"]["StaffNote"][];
      approvedById: string | null;
      approvedAt: string | null;
      completedAt: string | null;
    };
    AdminReturnTransition: {
      from: string | null;
      to: string;
      at: string;
      note: string | null;
      changedByType: string;
      changedById: string | null;
    };
    AppliedCoupon: {
      code: string;
      discountAmount: number;
    };
    AppliedDiscount: {
      id: string;
      name: string;
      type: string;
      discountAmount: number;
    };
    AuditLog: {
      id: string;
      at: string;
      actorType: "admin" | "service" | "system";
      actorId: string | null;
      action: string;
      resourceType: string;
      resourceId: string;
      before: unknown;
      after: unknown;
      requestId: string | null;
    };
    Availability: {
      isAvailable: boolean;
      available: number;
    };
    BulkDownload: {
      status: "pending" | "completed" | "failed";
      done: number;
      total: number;
      /** Once completed; opens the archive without signing in, for 15 minutes */
      url?: string;
    };
    BulkDownloadStarted: {
      jobId: string;
      statusUrl: string;
    };
    BulkOutcome: {
      succeeded: number;
      /** Orders that had the status already */
      unchanged: number;
      failed: number;
      errors: {
        /** From 1, without the line that names the columns */
        row: number;
        orderNumber: string;
        code: string;
        message: string;
      }[];
    };
    CartAnalytics: {
      /** Carts with items that were created in this period */
      carts: number;
      abandoned: number;
      converted: number;
      /** Share of abandoned carts among those that were abandoned or ordered */
      abandonmentRate: number;
      abandonedValue: number;
      averageCartValue: number;
      series: components["schemas"]["CartPeriod"][];
      topAbandonedProducts: components["schemas"]["AbandonedProduct"][];
    };
    CartItemView: {
      id: string;
      productId: string;
      variantId: string;
      sku: string;
      name: string;
      imageUrl: string | null;
      attributes: Record<string, string>;
      quantity: number;
      unitPrice: number;
      unitMrp: number;
      lineDiscount: number;
      lineTotal: number;
      isFreeGift: boolean;
      availability: components["schemas"]["Availability"] | null;
      addedAt: string;
      bundleId?: string;
      giftRuleId?: string;
    };
    CartPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      /** Carts with items that were created in this period */
      carts: number;
      abandoned: number;
      converted: number;
      /** Share of abandoned carts among those that were abandoned or ordered */
      abandonmentRate: number;
      abandonedValue: number;
      averageCartValue: number;
    };
    CartSettings: {
      cartExpiryDays: number;
      maxLines: number;
      maxPerVariant: number;
      reservationTtlMinutes: number;
      /** Sent with a change, it is refused after another change */
      version: number;
    };
    CartTotals: {
      subtotal: number;
      discountTotal: number;
      shippingTotal: number;
      taxTotal: number;
      roundOff: number;
      grandTotal: number;
      pricesIncludeTax: boolean;
      taxEstimated: boolean;
    };
    CartView: {
      id: string | null;
      status: "active" | "abandoned" | "converted";
      currency: string;
      items: components["schemas"]["CartItemView"][];
      itemCount: number;
      totalQuantity: number;
      totals: components["schemas"]["CartTotals"];
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      appliedDiscounts: components["schemas"]["AppliedDiscount"][];
      freeGifts: components["schemas"]["CartItemView"][];
      expiresAt: string | null;
      notices: components["schemas"]["Notice"][];
      version: number;
      sessionId?: string;
    };
    CartWithoutSession: {
      id: string | null;
      status: "active" | "abandoned" | "converted";
      currency: string;
      items: components["schemas"]["CartItemView"][];
      itemCount: number;
      totalQuantity: number;
      totals: components["schemas"]["CartTotals"];
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      appliedDiscounts: components["schemas"]["AppliedDiscount"][];
      freeGifts: components["schemas"]["CartItemView"][];
      expiresAt: string | null;
      notices: components["schemas"]["Notice"][];
      version: number;
    };
    CheckoutSteps: {
      initiatedAt: string | null;
      addressEnteredAt: string | null;
      paymentPendingAt: string | null;
      completedAt: string | null;
      failedAt: string | null;
    };
    CheckoutTotals: {
      subtotal: number;
      discountTotal: number;
      shippingTotal: number;
      taxTotal: number;
      roundOff: number;
      grandTotal: number;
      pricesIncludeTax: boolean;
      storeCredit: number;
      loyaltyDiscount: number;
      amountDue: number;
      taxEstimated: boolean;
    };
    CheckoutView: {
      id: string;
      cartId: string;
      status: "initiated" | "address_entered" | "payment_pending" | "completed" | "failed";
      email: string | null;
      phone: string | null;
      shippingAddress: components["schemas"]["Address"] | null;
      billingAddress: components["schemas"]["Address"] | null;
      billingSameAsShipping: boolean;
      gstin: string | null;
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      paymentMethod: "upi" | "card" | "netbanking" | "wallet" | "cod" | null;
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      termsAccepted: boolean;
      totals: components["schemas"]["CheckoutTotals"];
      cart: components["schemas"]["CartView"];
      payment: components["schemas"]["PaymentView"] | null;
      expiresAt: string;
      orderNumber?: string;
    };
    CodOrder: {
      payment: components["schemas"]["PaymentView"] | null;
      order: components["schemas"]["OrderView"];
    };
    Funnel: {
      steps: components["schemas"]["FunnelStep"][];
      conversionRate: number;
      series: components["schemas"]["FunnelPeriod"][];
    };
    FunnelPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      steps: components["schemas"]["FunnelStep"][];
      conversionRate: number;
    };
    FunnelStep: {
      status: "initiated" | "address_entered" | "payment_pending" | "completed";
      /** Checkouts that have reached this step, wherever they ended */
      count: number;
      /** Of these, how many did not reach the next step */
      dropOff: number;
      dropOffRate: number;
    };
    GatewayRecord: {
      paymentId: string;
      gateway: string;
      gatewayOrderId: string | null;
      gatewayPaymentId: string | null;
      /** The latest report: allowed fields only, amounts in paise, card and VPA masked */
      response: Record<string, unknown> | null;
      /** The last 50 about this payment, newest first */
      events: components["schemas"]["PaymentEvent"][];
    };
    GatewayWindow: {
      key: string;
      orderId: string;
      amount: number;
      currency: string;
      name: string;
      prefill: {
        name?: string;
        email?: string;
        contact?: string;
        method?: string;
      };
      method: string | null;
    };
    Health: {
      status: "ok" | "degraded" | "down";
      database: {
        status: "up" | "down";
        latencyMs: number | null;
      };
      upstreams: Record<string, {
        status: string;
        breaker: string;
        latencyMs: number | null;
      }>;
      version: string;
      uptime: number;
    };
    InspectedItem: {
      orderItemId: string;
      quantityReceived: number;
      quantityPassed: number;
      quantityRestockable: number;
      note: string | null;
    };
    InvoiceBuyer: {
      name: string;
      address: string;
      gstin?: string;
    };
    InvoiceDelivery: {
      deliveryId: string;
      to: string;
      /** `failed`: the last attempt failed; it is repeated */
      status: "queued" | "sent" | "failed";
      sentAt: string | null;
      error: string | null;
      requestedById: string | null;
      createdAt: string;
    };
    InvoiceEmail: {
      deliveryId: string;
      to: string;
      /** `failed`: the last attempt failed; it is repeated */
      status: "queued" | "sent" | "failed";
      sentAt: string | null;
      error: string | null;
      requestedById: string | null;
      createdAt: string;
      deliveries: components["schemas"]["InvoiceDelivery"][];
    };
    InvoiceLine: {
      /** Null for shipping and other charges */
      orderItemId: string | null;
      description: string;
      hsnCode: string | null;
      quantity: number;
      isFreeGift: boolean;
      unitPrice: number;
      discount: number;
      taxableValue: number;
      /** Percent */
      rate: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
      total: number;
    };
    InvoiceLink: {
      invoiceNumber: string;
      pdfUrl: string;
    };
    InvoiceSupplier: {
      name: string;
      address: string;
      gstin: string;
    };
    InvoiceTaxSummary: {
      hsnCode: string | null;
      /** Percent */
      rate: number;
      taxableValue: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
    };
    InvoiceTemplate: {
      version: number;
      /** A data URL */
      logo: string | null;
      header: string | null;
      footer: string | null;
      terms: string | null;
      taxDisplay: "columns" | "summary";
      colours: {
        primary: string;
        text: string;
      };
      updatedAt: string;
      /** The admin; null for the first version */
      updatedBy: string | null;
    };
    InvoiceTotals: {
      taxableValue: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
      taxTotal: number;
      roundOff: number;
      grandTotal: number;
    };
    InvoiceView: {
      id: string;
      invoiceNumber: string;
      type: "sale" | "credit_note";
      status: "draft" | "issued";
      documentTitle: string;
      orderNumber: string;
      issuedAt: string;
      financialYear: string;
      placeOfSupply: {
        code: string;
        name: string;
      };
      supplyType: "intra_state" | "inter_state";
      supplier: components["schemas"]["InvoiceSupplier"];
      buyer: components["schemas"]["InvoiceBuyer"];
      billingAddress: components["schemas"]["Address"];
      shippingAddress: components["schemas"]["Address"] | null;
      pricesIncludeTax: boolean;
      lines: components["schemas"]["InvoiceLine"][];
      taxSummary: components["schemas"]["InvoiceTaxSummary"][];
      totals: components["schemas"]["InvoiceTotals"];
      amountInWords: string;
      pdfUrl: string;
      originalInvoiceNumber?: string;
      refundNumber?: string;
      reason?: string;
    };
    IssuedSeries: {
      type: "sale" | "credit_note";
      from: string;
      to: string;
      total: number;
      cancelled: number;
      net: number;
    };
    Job: {
      name: string;
      description: string;
      schedule: string;
      lastRuns: components["schemas"]["JobRun"][];
    };
    JobRun: {
      id: string;
      job: string;
      slot: string;
      state: "running" | "completed" | "failed" | "abandoned";
      startedAt: string;
      finishedAt: string | null;
      result: Record<string, unknown> | null;
      error: string | null;
    };
    ListedCheckout: {
      id: string;
      cartId: string;
      status: "initiated" | "address_entered" | "payment_pending" | "completed" | "failed";
      email: string | null;
      phone: string | null;
      paymentMethod: "upi" | "card" | "netbanking" | "wallet" | "cod" | null;
      value: number | null;
      amountDue: number | null;
      orderNumber: string | null;
      expiresAt: string;
      userId: string | null;
      customerName: string | null;
      source: "web" | "mobile";
      failureReason: "expired" | "out_of_stock" | "coupon_invalid" | "insufficient_points" | "insufficient_credit" | "capture_refused" | "cart_gone" | "unavailable" | null;
      steps: components["schemas"]["CheckoutSteps"];
      reminderSentAt: string | null;
      createdAt: string;
      updatedAt: string;
    };
    ListedOrder: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      fulfillmentStatus: "unfulfilled" | "partially_fulfilled" | "fulfilled";
      currency: string;
      items: components["schemas"]["OrderItemView"][];
      totals: components["schemas"]["OrderTotals"];
      paidAmount: number;
      refundedAmount: number;
      email: string;
      phone: string;
      shippingAddress: components["schemas"]["Address"];
      billingAddress: components["schemas"]["Address"];
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      source: "web" | "mobile" | "admin";
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
      payment: components["schemas"]["PaymentView"] | null;
      placedAt: string;
      canCancel: boolean;
      canReturn: boolean;
      gstin?: string;
      confirmedAt?: string;
      shippedAt?: string;
      deliveredAt?: string;
      cancelledAt?: string;
      cancellationReason?: string;
      /** Null: a guest */
      userId: string | null;
      /** Null: an admin entered the order */
      checkoutSessionId: string | null;
      customerName: string | null;
      paymentMethod: string | null;
      invoiceNumber: string | null;
      /** For `PUT /api/admin/orders/:orderId` */
      version: number;
      tags: string[];
      shipments: components["schemas"]["StaffShipment"][];
    };
    ListedPayment: {
      id: string;
      checkoutSessionId: string | null;
      gateway: "razorpay" | "cod" | "manual";
      method: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual" | null;
      status: "pending" | "authorized" | "captured" | "failed" | "refunded";
      currency: string;
      amount: number;
      capturedAmount: number;
      refundedAmount: number;
      methodDetails: components["schemas"]["PaymentMethodDetails"];
      createdAt: string;
      orderNumber?: string;
      errorMessage?: string;
      nextStep?: "try_again" | "check_details" | "other_method" | "contact_bank" | "contact_support";
      retryOf?: string;
      capturedAt?: string;
      gatewayOrderId: string | null;
      gatewayPaymentId: string | null;
      /** The gateway's, with `tax`; null until it is known */
      fee: number | null;
      tax: number | null;
      settlement: components["schemas"]["Settlement"] | null;
      /** Recorded by an admin, for a payment without a gateway */
      receipt: components["schemas"]["PaymentReceipt"] | null;
      /** The gateway's own */
      errorCode: string | null;
      errorReason: string | null;
      /** It pays for the order; at most one payment of a checkout does */
      accepted: boolean;
      /** The money goes back, because it pays for no order */
      surplus: boolean;
      supersededAt: string | null;
      /** A person has to look at it */
      attention: boolean;
      mismatch: components["schemas"]["PaymentMismatch"] | null;
      updatedAt: string;
    };
    MiniCart: {
      itemCount: number;
      totalQuantity: number;
      grandTotal: number;
      currency: string;
    };
    MoneyWithoutOrder: {
      /** Captured payments that have neither an order nor a refund */
      count: number;
      amount: number;
      /** When the oldest of them was captured */
      oldestAt: string | null;
      /** Captured more than 15 minutes ago */
      overdueCount: number;
      overdueAmount: number;
    };
    NetTax: {
      hsnCode: string | null;
      uqc: string;
      rate: number;
      quantity: number;
      taxableValue: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
      taxTotal: number;
    };
    Notice: {
      code: "PRICE_CHANGED" | "OUT_OF_STOCK" | "LOW_STOCK" | "PRODUCT_UNAVAILABLE" | "COUPON_DROPPED" | "QUANTITY_REDUCED" | "GIFT_ADDED" | "GIFT_REMOVED" | "GIFT_UNAVAILABLE" | "SHIPPING_CHANGED" | "UPSTREAM_UNAVAILABLE";
      message: string;
      itemId?: string;
      details?: Record<string, unknown>;
    };
    OpsSummary: {
      at: string;
      moneyWithoutOrder: components["schemas"]["MoneyWithoutOrder"];
      outbox: components["schemas"]["OutboxBacklog"];
      waiting: components["schemas"]["WaitingForPeople"];
    };
    OrderAnalytics: {
      /** Placed in this period, with what has become of them since */
      orders: number;
      cancelled: number;
      /** As a whole, from the customer or from the carrier */
      returned: number;
      /** Value of the orders that are neither cancelled nor returned, less what was cancelled of them before it was paid */
      revenue: number;
      /** What has been refunded of the revenue so far */
      refunds: number;
      /** `revenue` less `refunds` */
      netRevenue: number;
      /** `revenue` per order that is neither cancelled nor returned */
      averageOrderValue: number;
      /** Cancelled of all orders */
      cancellationRate: number;
      /** On average from confirmed to shipped; null when none was shipped */
      processingHours: number | null;
      /** On average from shipped to delivered; null when none was delivered */
      deliveryHours: number | null;
      series: components["schemas"]["OrderPeriod"][];
    };
    OrderEdit: {
      at: string;
      by: string;
      before?: Record<string, unknown> | null;
      after?: Record<string, unknown> | null;
    };
    OrderItemView: {
      id: string;
      productId: string;
      variantId: string;
      sku: string;
      name: string;
      imageUrl: string | null;
      attributes: Record<string, string>;
      hsnCode: string | null;
      gstRate: number;
      quantity: number;
      quantityFulfilled: number;
      quantityCancelled: number;
      quantityReturned: number;
      quantityRefunded: number;
      unitPrice: number;
      unitMrp: number;
      lineDiscount: number;
      lineTotal: number;
      orderDiscountShare: number;
      taxableValue: number;
      taxes: components["schemas"]["Taxes"];
      lineTax: number;
      isFreeGift: boolean;
      fulfillmentStatus: "pending" | "partially_fulfilled" | "fulfilled" | "returned" | "cancelled";
      bundleId?: string;
      sellerId?: string;
      returnableUntil?: string;
    };
    OrderOfPayment: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
    };
    OrderOfRefund: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      paidAmount: number;
      refundedAmount: number;
      /** Approved and not completed */
      refundsUnderWay: number;
      /** Waiting for approval */
      refundsRequested: number;
    };
    OrderPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      /** Placed in this period, with what has become of them since */
      orders: number;
      cancelled: number;
      /** As a whole, from the customer or from the carrier */
      returned: number;
      /** Value of the orders that are neither cancelled nor returned, less what was cancelled of them before it was paid */
      revenue: number;
      /** What has been refunded of the revenue so far */
      refunds: number;
      /** `revenue` less `refunds` */
      netRevenue: number;
      /** `revenue` per order that is neither cancelled nor returned */
      averageOrderValue: number;
      /** Cancelled of all orders */
      cancellationRate: number;
      /** On average from confirmed to shipped; null when none was shipped */
      processingHours: number | null;
      /** On average from shipped to delivered; null when none was delivered */
      deliveryHours: number | null;
    };
    OrderTotals: {
      subtotal: number;
      discountTotal: number;
      shippingTotal: number;
      taxTotal: number;
      roundOff: number;
      grandTotal: number;
      pricesIncludeTax: boolean;
      storeCredit: number;
      loyaltyDiscount: number;
      amountDue: number;
    };
    OrderTracking: {
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      statusHistory: components["schemas"]["StatusChange"][];
      shipments: components["schemas"]["ShipmentView"][];
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
    };
    OrderView: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      fulfillmentStatus: "unfulfilled" | "partially_fulfilled" | "fulfilled";
      currency: string;
      items: components["schemas"]["OrderItemView"][];
      totals: components["schemas"]["OrderTotals"];
      paidAmount: number;
      refundedAmount: number;
      email: string;
      phone: string;
      shippingAddress: components["schemas"]["Address"];
      billingAddress: components["schemas"]["Address"];
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      source: "web" | "mobile" | "admin";
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
      payment: components["schemas"]["PaymentView"] | null;
      shipments: components["schemas"]["ShipmentView"][];
      placedAt: string;
      canCancel: boolean;
      canReturn: boolean;
      gstin?: string;
      confirmedAt?: string;
      shippedAt?: string;
      deliveredAt?: string;
      cancelledAt?: string;
      cancellationReason?: string;
    };
    OrderWithTimeline: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      fulfillmentStatus: "unfulfilled" | "partially_fulfilled" | "fulfilled";
      currency: string;
      items: components["schemas"]["OrderItemView"][];
      totals: components["schemas"]["OrderTotals"];
      paidAmount: number;
      refundedAmount: number;
      email: string;
      phone: string;
      shippingAddress: components["schemas"]["Address"];
      billingAddress: components["schemas"]["Address"];
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      source: "web" | "mobile" | "admin";
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
      payment: components["schemas"]["PaymentView"] | null;
      shipments: components["schemas"]["ShipmentView"][];
      placedAt: string;
      canCancel: boolean;
      canReturn: boolean;
      gstin?: string;
      confirmedAt?: string;
      shippedAt?: string;
      deliveredAt?: string;
      cancelledAt?: string;
      cancellationReason?: string;
      timeline: components["schemas"]["StatusChange"][];
    };
    OtherRefund: {
      id: string;
      refundNumber: string;
      status: "pending" | "processing" | "completed" | "failed" | "rejected";
      source: "payment" | "store_credit" | "points";
      destination: "original" | "store_credit" | "bank_transfer";
      amount: number;
      createdAt: string;
    };
    OutboxBacklog: {
      pending: number;
      /** Given up after 12 attempts; replay them by hand */
      dead: number;
      /** Since the oldest due message became due; 0 when none is due */
      lagSeconds: number;
    };
    OutboxMessage: {
      id: string;
      type: string;
      dedupeKey: string;
      payload: Record<string, unknown>;
      state: "pending" | "delivered" | "dead";
      dueAt: string;
      attempts: number;
      /** The handlers that have succeeded */
      delivered: string[];
      lastError: string | null;
      requestId: string | null;
      createdAt: string;
    };
    PaymentAnalytics: {
      /** Payments that began in this period: every attempt, and every promise to pay on delivery */
      payments: number;
      /** Captured for an order */
      succeeded: number;
      failed: number;
      /** Ended because the cart or the checkout changed */
      superseded: number;
      /** Captured or authorised for no order: the money goes back */
      surplus: number;
      open: number;
      /** Succeeded of those that succeeded or failed */
      successRate: number;
      /** Captured by payments that succeeded, refunds not subtracted */
      revenue: number;
      /** What has been refunded of the revenue so far */
      refunds: number;
      surplusAmount: number;
      /** The gateway's, of all these payments, with `taxOnFees` */
      fees: number;
      taxOnFees: number;
      /** `revenue` less `refunds` and `fees` */
      netRevenue: number;
      byMethod: components["schemas"]["PaymentsByMethod"][];
      series: components["schemas"]["PaymentPeriod"][];
    };
    PaymentChoice: {
      session: components["schemas"]["CheckoutView"];
      paymentOptions: components["schemas"]["PaymentOption"][];
      payment: components["schemas"]["PaymentView"] | null;
      gateway: components["schemas"]["GatewayWindow"] | null;
    };
    /** An open one, otherwise the newest */
    PaymentDispute: {
      id: string;
      status: string;
      phase: string | null;
      reason: string | null;
      amount: number;
      amountDeducted: number;
      /** Evidence must be sent by then */
      respondBy: string | null;
      openedAt: string;
      closedAt: string | null;
    };
    PaymentEvent: {
      /** For `GET /api/admin/webhooks/:eventId` */
      id: string;
      eventId: string;
      event: string;
      state: "received" | "processed" | "flagged";
      reason: string | null;
      receivedAt: string;
      processedAt: string | null;
      /** Its entities by name; null once the body has been removed */
      content: Record<string, Record<string, unknown>> | null;
    };
    PaymentMethodDetails: {
      gatewayMethod?: string;
      last4?: string;
      network?: string;
      bank?: string;
      wallet?: string;
      vpa?: string;
    };
    PaymentMismatch: {
      reason: "amount" | "currency" | "fee" | "offer" | "refunded" | "partly_refunded";
      offerId: string | null;
      at: string;
      expectedAmount: number;
    };
    PaymentOption: {
      method: "upi" | "card" | "netbanking" | "wallet" | "cod";
      available: boolean;
      reason?: string;
      maxAmount?: number;
      downtime?: {
        severity: string;
        since: string;
      };
    };
    PaymentPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      /** Payments that began in this period: every attempt, and every promise to pay on delivery */
      payments: number;
      /** Captured for an order */
      succeeded: number;
      failed: number;
      /** Ended because the cart or the checkout changed */
      superseded: number;
      /** Captured or authorised for no order: the money goes back */
      surplus: number;
      open: number;
      /** Succeeded of those that succeeded or failed */
      successRate: number;
      /** Captured by payments that succeeded, refunds not subtracted */
      revenue: number;
      /** What has been refunded of the revenue so far */
      refunds: number;
      surplusAmount: number;
      /** The gateway's, of all these payments, with `taxOnFees` */
      fees: number;
      taxOnFees: number;
      /** `revenue` less `refunds` and `fees` */
      netRevenue: number;
      byMethod: components["schemas"]["PaymentsByMethod"][];
    };
    PaymentReceipt: {
      reference: string;
      receivedAt: string;
      recordedAt: string;
      recordedById: string;
    };
    PaymentTransition: {
      from: string | null;
      to: string;
      at: string;
      /** Where the change came from, such as `webhook` or `callback` */
      note: string | null;
      changedByType: "system" | "admin" | "customer";
      changedById: string | null;
    };
    PaymentView: {
      id: string;
      checkoutSessionId: string | null;
      gateway: "razorpay" | "cod" | "manual";
      method: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual" | null;
      status: "pending" | "authorized" | "captured" | "failed" | "refunded";
      currency: string;
      amount: number;
      capturedAmount: number;
      refundedAmount: number;
      methodDetails: components["schemas"]["PaymentMethodDetails"];
      createdAt: string;
      orderNumber?: string;
      errorMessage?: string;
      nextStep?: "try_again" | "check_details" | "other_method" | "contact_bank" | "contact_support";
      retryOf?: string;
      capturedAt?: string;
    };
    PaymentWithHistory: {
      id: string;
      checkoutSessionId: string | null;
      gateway: "razorpay" | "cod" | "manual";
      method: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual" | null;
      status: "pending" | "authorized" | "captured" | "failed" | "refunded";
      currency: string;
      amount: number;
      capturedAmount: number;
      refundedAmount: number;
      methodDetails: components["schemas"]["PaymentMethodDetails"];
      createdAt: string;
      orderNumber?: string;
      errorMessage?: string;
      nextStep?: "try_again" | "check_details" | "other_method" | "contact_bank" | "contact_support";
      retryOf?: string;
      capturedAt?: string;
      gatewayOrderId: string | null;
      gatewayPaymentId: string | null;
      /** The gateway's, with `tax`; null until it is known */
      fee: number | null;
      tax: number | null;
      settlement: components["schemas"]["Settlement"] | null;
      /** Recorded by an admin, for a payment without a gateway */
      receipt: components["schemas"]["PaymentReceipt"] | null;
      /** The gateway's own */
      errorCode: string | null;
      errorReason: string | null;
      /** It pays for the order; at most one payment of a checkout does */
      accepted: boolean;
      /** The money goes back, because it pays for no order */
      surplus: boolean;
      supersededAt: string | null;
      /** A person has to look at it */
      attention: boolean;
      mismatch: components["schemas"]["PaymentMismatch"] | null;
      updatedAt: string;
      statusHistory: components["schemas"]["PaymentTransition"][];
      dispute?: components["schemas"]["PaymentDispute"];
    };
    PaymentsByMethod: {
      /** Null: the gateway has not reported it yet */
      method: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual" | null;
      /** Payments that began in this period: every attempt, and every promise to pay on delivery */
      payments: number;
      /** Captured for an order */
      succeeded: number;
      failed: number;
      /** Ended because the cart or the checkout changed */
      superseded: number;
      /** Captured or authorised for no order: the money goes back */
      surplus: number;
      open: number;
      /** Succeeded of those that succeeded or failed */
      successRate: number;
      /** Captured by payments that succeeded, refunds not subtracted */
      revenue: number;
      /** What has been refunded of the revenue so far */
      refunds: number;
      surplusAmount: number;
      /** The gateway's, of all these payments, with `taxOnFees` */
      fees: number;
      taxOnFees: number;
      /** `revenue` less `refunds` and `fees` */
      netRevenue: number;
    };
    Readiness: {
      ready: boolean;
      reason?: string;
    };
    Reason: {
      code: "damaged" | "defective" | "wrong_item" | "not_as_described" | "missing_parts" | "not_satisfied" | "other";
      label: string;
      sellerAtFault: boolean;
    };
    Recommendation: {
      id: string;
      name: string;
      slug: string;
      imageUrl: string | null;
      variants: components["schemas"]["RecommendedVariant"][];
    };
    RecommendedVariant: {
      variantId: string;
      sku: string;
      name: string;
      attributes: Record<string, string>;
      imageUrl: string | null;
      unitPrice: number;
      unitMrp: number;
    };
    ReconciledList: {
      compared: number;
      matched: number;
      breaks: number;
      unresolved: number;
    };
    ReconciledSettlements: {
      settlements: number;
      rows: number;
      matched: number;
      mismatched: number;
      listed: number;
      pending: number;
      wrongSums: number;
      amount: number;
      fees: number;
      tax: number;
    };
    ReconciliationBreaks: {
      class: "missing_locally" | "missing_at_gateway" | "status_mismatch" | "amount_mismatch" | "unlinked_capture";
      count: number;
      repaired: number;
      amountAtRisk: number;
      amountLeft: number;
    };
    ReconciliationItem: {
      id: string;
      class: "missing_locally" | "missing_at_gateway" | "status_mismatch" | "amount_mismatch" | "unlinked_capture" | "transfer" | "adjustment" | "other";
      entity: "payment" | "refund" | "settlement" | "row";
      gatewayId: string;
      gatewayOrderId: string | null;
      settlementId: string | null;
      disputeId: string | null;
      paymentId: string | null;
      refundId: string | null;
      orderNumber: string | null;
      localStatus: string | null;
      gatewayStatus: string | null;
      localAmount: number | null;
      gatewayAmount: number | null;
      amountAtRisk: number;
      note: string | null;
      repair: {
        outcome: "repaired" | "needs_person" | "failed";
        note: string;
        at: string;
      } | null;
    };
    ReconciliationReport: {
      id: string;
      dateFrom: string;
      dateTo: string;
      comparedUntil: string;
      repair: boolean;
      state: "running" | "completed" | "failed";
      progress: {
        done: number;
        total: number;
      };
      payments: components["schemas"]["ReconciledList"];
      refunds: components["schemas"]["ReconciledList"];
      settlements: components["schemas"]["ReconciledSettlements"];
      /** Every class that has any; when the report is complete */
      breaks: components["schemas"]["ReconciliationBreaks"][];
      amountAtRisk: number;
      amountLeft: number;
      startedBy: string | null;
      startedAt: string;
      finishedAt: string | null;
      error: string | null;
    };
    RefundAnalytics: {
      ordersPlaced: number;
      /** With a refund that was completed in this period; each order counts once */
      ordersRefunded: number;
      /** `ordersRefunded` of `ordersPlaced`; above 1 where older orders were refunded */
      refundRate: number;
      /** Completed in this period */
      refunds: number;
      amount: number;
      byDestination: components["schemas"]["RefundsByDestination"][];
      /** The largest first; of refunds that the service or the gateway started, why */
      byReason: components["schemas"]["RefundsByReason"][];
      withoutOrder: components["schemas"]["RefundsWithoutOrder"];
      series: components["schemas"]["RefundPeriod"][];
    };
    RefundAttempt: {
      at: string;
      receipt: string;
      outcome: string;
      error: string | null;
    };
    RefundAttemptEvent: {
      kind: "attempt";
      at: string;
      receipt: string;
      /** `unknown` while it is not known whether the gateway has refunded */
      outcome: string;
      error: string | null;
    };
    RefundBankAccount: {
      accountHolder: string;
      /** Of the account number, which no response shows */
      last4: string;
      ifsc: string;
    };
    RefundFile: {
      id: string;
      refundNumber: string;
      type: "full" | "partial";
      reason: string;
      notes: string | null;
      status: "pending" | "processing" | "completed" | "failed" | "rejected";
      /** Where the money comes from; of a pending refund, its first part */
      source: "payment" | "store_credit" | "points";
      destination: "original" | "store_credit" | "bank_transfer";
      amount: number;
      /** The part of `amount` for shipping and fees */
      shippingAmount: number;
      items: components["schemas"]["RefundItem"][];
      initiatedByType: "customer" | "admin" | "system";
      createdAt: string;
      timeline: components["schemas"]["RefundTransition"][];
      orderNumber?: string;
      paymentId?: string;
      /** While `pending`: what each source of the order's money will give back, and where to */
      split?: components["schemas"]["RefundPart"][];
      bankAccount?: components["schemas"]["RefundBankAccount"];
      utr?: string;
      failureReason?: string;
      rejectionReason?: string;
      processedAt?: string;
      orderId: string | null;
      gatewayRefundId: string | null;
      /** How the gateway returns it: `instant` or `normal` */
      speed?: string;
      initiatedById: string | null;
      approvedById: string | null;
      attempts: components["schemas"]["RefundAttempt"][];
      adminNotes: components["schemas"]["StaffNote"][];
      /** Why the service or the gateway started it; absent if a person did */
      systemReason?: string;
      /** A person has to look at it */
      attention: boolean;
      /** The refund that was approved together with this one */
      splitFrom: string | null;
      /** Null for money that became no order */
      order: components["schemas"]["OrderOfRefund"] | null;
      /** Of the order, newest first */
      otherRefunds: components["schemas"]["OtherRefund"][];
    };
    RefundItem: {
      orderItemId: string;
      /** 0: only a part of the units' price, the rest of which another refund returns */
      quantity: number;
      amount: number;
    };
    RefundPart: {
      source: "payment" | "store_credit" | "points";
      destination: "original" | "store_credit" | "bank_transfer";
      amount: number;
    };
    RefundPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      ordersPlaced: number;
      /** With a refund that was completed in this period; each order counts once */
      ordersRefunded: number;
      /** `ordersRefunded` of `ordersPlaced`; above 1 where older orders were refunded */
      refundRate: number;
      /** Completed in this period */
      refunds: number;
      amount: number;
      byDestination: components["schemas"]["RefundsByDestination"][];
      /** The largest first; of refunds that the service or the gateway started, why */
      byReason: components["schemas"]["RefundsByReason"][];
      withoutOrder: components["schemas"]["RefundsWithoutOrder"];
    };
    RefundStatusEvent: {
      kind: "status";
      at: string;
      from: string | null;
      to: string;
      note: string | null;
      changedByType: string;
      changedById: string | null;
    };
    RefundTransition: {
      from: string | null;
      to: string;
      at: string;
      note: string | null;
    };
    RefundView: {
      id: string;
      refundNumber: string;
      type: "full" | "partial";
      reason: string;
      notes: string | null;
      status: "pending" | "processing" | "completed" | "failed" | "rejected";
      /** Where the money comes from; of a pending refund, its first part */
      source: "payment" | "store_credit" | "points";
      destination: "original" | "store_credit" | "bank_transfer";
      amount: number;
      /** The part of `amount` for shipping and fees */
      shippingAmount: number;
      items: components["schemas"]["RefundItem"][];
      initiatedByType: "customer" | "admin" | "system";
      createdAt: string;
      timeline: components["schemas"]["RefundTransition"][];
      orderNumber?: string;
      paymentId?: string;
      /** While `pending`: what each source of the order's money will give back, and where to */
      split?: components["schemas"]["RefundPart"][];
      bankAccount?: components["schemas"]["RefundBankAccount"];
      utr?: string;
      failureReason?: string;
      rejectionReason?: string;
      processedAt?: string;
    };
    RefundedReturn: {
      return: components["schemas"]["AdminReturn"];
      /** Null when nothing was to be refunded */
      refund: components["schemas"]["AdminRefund"] | null;
      /** One for each source of the order's money */
      refunds: components["schemas"]["AdminRefund"][];
    };
    RefundsByDestination: {
      destination: "original" | "store_credit" | "bank_transfer";
      refunds: number;
      amount: number;
    };
    RefundsByReason: {
      reason: string;
      refunds: number;
      amount: number;
    };
    /** Money that became no order; in none of the other figures */
    RefundsWithoutOrder: {
      refunds: number;
      amount: number;
    };
    Reorder: {
      cart: components["schemas"]["CartView"];
      skipped: {
        productId: string;
        variantId: string;
        name: string;
        /** Units that were not added */
        quantity: number;
        /** `PRODUCT_NOT_FOUND`, `OUT_OF_STOCK` or `CART_LIMIT` */
        reason: string;
      }[];
    };
    Reservation: {
      reservationId: string;
      expiresAt: string | null;
      variantId: string;
      quantity: number;
    };
    ReturnAnalytics: {
      ordersPlaced: number;
      /** With a return that was asked for in this period; each order counts once */
      ordersReturned: number;
      /** `ordersReturned` of `ordersPlaced`; above 1 where older orders were returned */
      returnRate: number;
      /** Asked for in this period */
      returns: number;
      /** With those of them that are completed */
      refundedAmount: number;
      byStatus: components["schemas"]["ReturnsByStatus"][];
      byReason: components["schemas"]["ReturnsByReason"][];
      /** Parcels that came back undelivered; in none of the other figures */
      returnedToOrigin: number;
      /** The twenty with most units */
      products: components["schemas"]["ReturnedProduct"][];
      series: components["schemas"]["ReturnPeriod"][];
    };
    ReturnEligibility: {
      orderNumber: string;
      items: components["schemas"]["ReturnEligibilityLine"][];
    };
    ReturnEligibilityLine: {
      orderItemId: string;
      name: string;
      returnableQuantity: number;
      returnableUntil?: string;
      /** Why nothing of the line can be returned */
      reason?: "not_returnable" | "not_delivered" | "nothing_left" | "window_closed";
      message?: string;
    };
    ReturnFile: {
      id: string;
      orderNumber: string;
      status: "requested" | "approved" | "rejected" | "received" | "completed";
      items: components["schemas"]["ReturnItem"][];
      /** One of damaged, defective, wrong_item, not_as_described, missing_parts, not_satisfied, other; `returned_to_origin` for a parcel that was never delivered */
      reason: string;
      customerNotes: string | null;
      images: components["schemas"]["ReturnImage"][];
      createdAt: string;
      /** The RMA number, from the approval on */
      returnNumber?: string;
      pickup?: components["schemas"]["ReturnPickup"];
      receivedAt?: string;
      inspection?: components["schemas"]["ReturnInspection"];
      refundBreakdown?: components["schemas"]["ReturnRefundBreakdown"];
      refundNumber?: string;
      rejectionReason?: string;
      timeline: components["schemas"]["AdminReturnTransition"][];
      orderId: string;
      userId: string | null;
      /** A parcel that came back undelivered */
      isReturnToOrigin: boolean;
      inspectionStatus: "pending" | "pass" | "fail";
      /** Photos of the warehouse */
      inspectionImages: components["schemas"]["ReturnImage"][];
      adminNotes: components["schemas"]["StaffNote"][];
      approvedById: string | null;
      approvedAt: string | null;
      completedAt: string | null;
      /** One for each source of the order's money */
      refunds: components["schemas"]["AdminRefund"][];
    };
    ReturnImage: {
      id: string;
      orderItemId: string;
      /** A signed link, valid for 15 minutes */
      url: string;
    };
    ReturnInspection: {
      items: components["schemas"]["InspectedItem"][];
      notes: string | null;
      images: components["schemas"]["ReturnImage"][];
      at: string;
    };
    ReturnItem: {
      orderItemId: string;
      name: string;
      quantity: number;
      reason: string;
      condition?: "unopened" | "opened" | "used" | "damaged";
      quantityReceived?: number;
      /** Refunded */
      quantityPassed?: number;
      quantityRestockable?: number;
    };
    ReturnPeriod: {
      /** Its first day in Asia/Kolkata; weeks begin on Monday */
      period: string;
      ordersPlaced: number;
      /** With a return that was asked for in this period; each order counts once */
      ordersReturned: number;
      /** `ordersReturned` of `ordersPlaced`; above 1 where older orders were returned */
      returnRate: number;
      /** Asked for in this period */
      returns: number;
      /** With those of them that are completed */
      refundedAmount: number;
      byStatus: components["schemas"]["ReturnsByStatus"][];
      byReason: components["schemas"]["ReturnsByReason"][];
      /** Parcels that came back undelivered; in none of the other figures */
      returnedToOrigin: number;
    };
    ReturnPickup: {
      pickupId: string;
      date: string | null;
      slot: string | null;
      carrier: string | null;
      trackingNumber: string | null;
    };
    /** From the inspection on; final once the return is completed */
    ReturnRefundBreakdown: {
      /** What was paid for the units that passed the inspection */
      items: number;
      /** What the customer pays for the way back */
      returnShipping: number;
      total: number;
    };
    ReturnTransition: {
      from: string | null;
      to: string;
      at: string;
      note: string | null;
    };
    ReturnView: {
      id: string;
      orderNumber: string;
      status: "requested" | "approved" | "rejected" | "received" | "completed";
      items: components["schemas"]["ReturnItem"][];
      /** One of damaged, defective, wrong_item, not_as_described, missing_parts, not_satisfied, other; `returned_to_origin` for a parcel that was never delivered */
      reason: string;
      customerNotes: string | null;
      images: components["schemas"]["ReturnImage"][];
      createdAt: string;
      timeline: components["schemas"]["ReturnTransition"][];
      /** The RMA number, from the approval on */
      returnNumber?: string;
      pickup?: components["schemas"]["ReturnPickup"];
      receivedAt?: string;
      inspection?: components["schemas"]["ReturnInspection"];
      refundBreakdown?: components["schemas"]["ReturnRefundBreakdown"];
      refundNumber?: string;
      rejectionReason?: string;
    };
    ReturnedProduct: {
      productId: string;
      sku: string;
      name: string;
      returns: number;
      /** That customers asked to return */
      units: number;
    };
    ReturnsByReason: {
      reason: string;
      returns: number;
    };
    ReturnsByStatus: {
      status: "requested" | "approved" | "rejected" | "received" | "completed";
      returns: number;
    };
    SavedItemView: {
      id: string;
      productId: string;
      variantId: string;
      sku: string;
      name: string;
      imageUrl: string | null;
      attributes: Record<string, string>;
      quantity: number;
      unitPrice: number;
      unitMrp: number;
      availability: components["schemas"]["Availability"] | null;
      savedAt: string;
      bundleId?: string;
    };
    SellerOrder: {
      sellerId: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      itemIds: string[];
      notes: components["schemas"]["StaffNote"][];
      trackingNumber?: string;
      estimatedDelivery?: string;
    };
    SettingDefinition: {
      name: string;
      default: unknown;
      meaning: string;
    };
    Settings: {
      group: "cart" | "checkout" | "payments" | "returns" | "tax" | "retention" | "company";
      version: number;
      values: Record<string, unknown>;
      definitions: components["schemas"]["SettingDefinition"][];
    };
    Settlement: {
      id: string;
      /** The bank's reference of the payout; null until the bank has one */
      utr: string | null;
      settledAt: string | null;
    };
    ShipmentView: {
      id: string;
      shipmentId: string | null;
      carrier: string | null;
      trackingNumber: string | null;
      status: "creating" | "created" | "picked_up" | "in_transit" | "out_for_delivery" | "delivered" | "returned_to_origin";
      items: {
        orderItemId: string;
        quantity: number;
      }[];
      codAmount: number;
      estimatedDelivery: string | null;
      events: {
        status: string;
        location: string | null;
        at: string;
        description: string | null;
      }[];
    };
    ShippedOrder: {
      id: string;
      orderNumber: string;
      status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      paymentStatus: "pending" | "paid" | "failed" | "refunded";
      fulfillmentStatus: "unfulfilled" | "partially_fulfilled" | "fulfilled";
      currency: string;
      items: components["schemas"]["OrderItemView"][];
      totals: components["schemas"]["OrderTotals"];
      paidAmount: number;
      refundedAmount: number;
      email: string;
      phone: string;
      shippingAddress: components["schemas"]["Address"];
      billingAddress: components["schemas"]["Address"];
      shippingMethod: components["schemas"]["ShippingMethod"] | null;
      appliedCoupons: components["schemas"]["AppliedCoupon"][];
      isGiftOrder: boolean;
      giftMessage: string | null;
      customerNotes: string | null;
      source: "web" | "mobile" | "admin";
      estimatedDelivery: {
        from: string | null;
        to: string | null;
      } | null;
      payment: components["schemas"]["PaymentView"] | null;
      placedAt: string;
      canCancel: boolean;
      canReturn: boolean;
      gstin?: string;
      confirmedAt?: string;
      shippedAt?: string;
      deliveredAt?: string;
      cancelledAt?: string;
      cancellationReason?: string;
      /** Null: a guest */
      userId: string | null;
      /** Null: an admin entered the order */
      checkoutSessionId: string | null;
      customerName: string | null;
      paymentMethod: string | null;
      invoiceNumber: string | null;
      /** For `PUT /api/admin/orders/:orderId` */
      version: number;
      tags: string[];
      shipments: components["schemas"]["StaffShipment"][];
      internalNotes: components["schemas"]["StaffNote"][];
      statusHistory: components["schemas"]["StaffStatusChange"][];
      sellerOrders: components["schemas"]["SellerOrder"][];
      payments: components["schemas"]["PaymentWithHistory"][];
      refunds: components["schemas"]["AdminRefund"][];
      disputes: components["schemas"]["PaymentDispute"][];
      /** What admins changed, oldest first */
      edits: components["schemas"]["OrderEdit"][];
      shipment: components["schemas"]["ShipmentView"];
    };
    ShippingMethod: {
      id: string;
      name: string;
      displayName: string;
      carrier: string;
      rate: number;
      codFee: number;
      isCodAvailable: boolean;
      estimatedDaysMin: number;
      estimatedDaysMax: number;
    };
    StaffNote: {
      note: string;
      /** The id of the admin */
      by: string;
      byName: string | null;
      at: string;
    };
    StaffShipment: {
      id: string;
      shipmentId: string | null;
      carrier: string | null;
      trackingNumber: string | null;
      items: {
        orderItemId: string;
        quantity: number;
      }[];
      codAmount: number;
      estimatedDelivery: string | null;
      events: {
        status: string;
        location: string | null;
        at: string;
        description: string | null;
      }[];
      status: "creating" | "created" | "picked_up" | "in_transit" | "out_for_delivery" | "delivered" | "returned_to_origin" | "refused";
    };
    StaffStatusChange: {
      type: "order" | "payment" | "fulfillment" | "owner" | "shipment" | "cancellation";
      from: string | null;
      to: string;
      at: string;
      note: string | null;
      changedByType: "system" | "admin" | "customer";
      changedById?: string;
    };
    StatusChange: {
      type: "order" | "payment" | "fulfillment" | "owner" | "shipment" | "cancellation";
      from: string | null;
      to: string;
      at: string;
      note: string | null;
      changedByType: "system" | "admin" | "customer";
    };
    TaxAmounts: {
      taxableValue: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
      taxTotal: number;
    };
    TaxSummary: {
      from: string;
      to: string;
      rows: components["schemas"]["TaxSummaryRow"][];
      net: components["schemas"]["NetTax"][];
      b2b: components["schemas"]["TaxAmounts"];
      b2c: components["schemas"]["TaxAmounts"];
      creditNotes: components["schemas"]["TaxAmounts"];
      totals: components["schemas"]["TaxAmounts"];
      documentsIssued: components["schemas"]["IssuedSeries"][];
    };
    TaxSummaryRow: {
      type: "sale" | "credit_note";
      customerType: "b2b" | "b2c";
      hsnCode: string | null;
      uqc: string;
      rate: number;
      quantity: number;
      taxableValue: number;
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
      taxTotal: number;
    };
    Taxes: {
      cgst: number;
      sgst: number;
      utgst: number;
      igst: number;
    };
    User: {
      id: string;
      name: string | null;
      email: string | null;
      phone: string | null;
      status: string;
    };
    /** For a person to look at or to decide; counted up to 10,000 */
    WaitingForPeople: {
      /** With `attention`, as in `GET /api/admin/payments?attention=true` */
      payments: number;
      /** With `attention` */
      refunds: number;
      refundsToApprove: number;
      returnsToDecide: number;
      /** Flagged events */
      webhooks: number;
    };
    WebhookContent: {
      occurredAt: string | null;
      payment: components["schemas"]["WebhookPayment"] | null;
      refund: components["schemas"]["WebhookRefund"] | null;
      dispute: components["schemas"]["WebhookDispute"] | null;
      downtime: components["schemas"]["WebhookDowntime"] | null;
      settlement: components["schemas"]["WebhookSettlement"] | null;
      unreadable: string[];
    };
    WebhookDispute: {
      id: string;
      paymentId: string;
      status: string;
      phase: string;
      amount: number;
      respondBy: string | null;
    };
    WebhookDowntime: {
      id: string;
      method: string | null;
      status: string;
    };
    WebhookEvent: {
      id: string;
      /** The sender's id of the event */
      eventId: string;
      source: "razorpay" | "shipping";
      event: string;
      state: "received" | "processed" | "flagged";
      /** Why it has no effect, or what a person has to look at */
      reason: string | null;
      /** Gateway ids: the event is due again once one is known here */
      awaits: string[];
      attempts: number;
      lastError: string | null;
      dueAt: string;
      receivedAt: string;
      processedAt: string | null;
    };
    WebhookEventDetail: {
      id: string;
      /** The sender's id of the event */
      eventId: string;
      source: "razorpay" | "shipping";
      event: string;
      state: "received" | "processed" | "flagged";
      /** Why it has no effect, or what a person has to look at */
      reason: string | null;
      /** Gateway ids: the event is due again once one is known here */
      awaits: string[];
      attempts: number;
      lastError: string | null;
      dueAt: string;
      receivedAt: string;
      processedAt: string | null;
      /** Null when the body has been removed */
      content: components["schemas"]["WebhookContent"] | null;
    };
    WebhookPayment: {
      id: string;
      orderId: string | null;
      status: string;
      currency: string;
      amount: number;
      amountRefunded: number;
    };
    WebhookRefund: {
      id: string;
      paymentId: string;
      receipt: string | null;
      status: string;
      amount: number;
    };
    WebhookSettlement: {
      id: string;
      createdAt: string;
    };
  };
}

export interface operations {
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read. */
  getCart: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CartView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  deleteCart: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read. */
  getCartMini: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["MiniCart"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, a guest id is minted. */
  postCartItems: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          productId: string;
          variantId: string;
          quantity: number;
          bundleId?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
              cartItem: components["schemas"]["CartItemView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; only the owner of `itemId`. */
  putCartItemsItemId: {
    parameters: {
      path: {
        itemId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          quantity: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
              cartItem: components["schemas"]["CartItemView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; only the owner of `itemId`. */
  deleteCartItemsItemId: {
    parameters: {
      path: {
        itemId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, a guest id is minted. */
  postCartCoupons: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          couponCode: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
              discount: components["schemas"]["AppliedCoupon"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  deleteCartCouponsCode: {
    parameters: {
      path: {
        code: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token and X-Session-Id. */
  postCartMerge: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
              merged: boolean;
              notices: components["schemas"]["Notice"][];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read. */
  getCartRecommendations: {
    parameters: {
      query?: {
        limit?: number;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              products: components["schemas"]["Recommendation"][];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; only the owner of `itemId`. */
  postCartItemsItemIdSaveLater: {
    parameters: {
      path: {
        itemId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
              savedItem: components["schemas"]["SavedItemView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getCartSavedItems: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "savedAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["SavedItemView"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postCartSavedItemsSavedItemIdMoveToCart: {
    parameters: {
      path: {
        savedItemId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  deleteCartSavedItemsSavedItemId: {
    parameters: {
      path: {
        savedItemId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: null;
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token; only the owner of `itemId`. */
  postCartItemsItemIdMoveWishlist: {
    parameters: {
      path: {
        itemId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              cart: components["schemas"]["CartView"];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postCheckoutStart: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          email?: string;
          phone?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getCheckoutResumeSessionId: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getCheckoutSessionId: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getCheckoutSessionIdSummary: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdContact: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          email: string;
          phone: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdShippingAddress: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          name: string;
          phone: string;
          line1: string;
          line2?: string | null;
          landmark?: string | null;
          city: string;
          state: string;
          pincode: string;
          country?: "IN";
          addressId?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdBillingAddress: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          sameAsShipping?: boolean;
          country?: "IN";
          landmark?: string | null;
          line2?: string | null;
          pincode?: string;
          state?: string;
          city?: string;
          line1?: string;
          phone?: string;
          name?: string;
          gstin?: string | null;
          isSez?: boolean;
          deliveredToOwnPremises?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getCheckoutSessionIdShippingMethods: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              methods: components["schemas"]["ShippingMethod"][];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdShippingMethod: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          shippingMethodId: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdPaymentMethod: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          method: "upi" | "card" | "netbanking" | "wallet" | "cod";
          termsAccepted?: boolean;
          terms_accepted?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentChoice"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdGiftMessage: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          giftMessage: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  putCheckoutSessionIdNotes: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          customerNotes: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token. */
  postCheckoutSessionIdLoyalty: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          points: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token. */
  deleteCheckoutSessionIdLoyalty: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token. */
  postCheckoutSessionIdStoreCredit: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          amount?: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token. */
  deleteCheckoutSessionIdStoreCredit: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CheckoutView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postOrders: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          checkoutSessionId: string;
          termsAccepted?: boolean;
          terms_accepted?: boolean;
          paymentId?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderView"];
          };
        };
      };
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getOrders: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["OrderView"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `orderNumber`. */
  getOrdersOrderNumber: {
    parameters: {
      path: {
        orderNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderWithTimeline"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * At today's prices, beside what the cart holds already. `skipped` lists the units that could not be added, and why.
   *
   * Access: a customer's token, or a guest's X-Session-Id; only the owner of `orderNumber`.
   */
  postOrdersOrderNumberReorder: {
    parameters: {
      path: {
        orderNumber: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Reorder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; only the owner of `orderNumber`. */
  getOrdersOrderNumberConfirmation: {
    parameters: {
      path: {
        orderNumber: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * What the shipping service reported last, also while it is down.
   *
   * Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `orderNumber`.
   */
  getOrdersOrderNumberTracking: {
    parameters: {
      path: {
        orderNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderTracking"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `orderNumber`. */
  getOrdersOrderNumberTimeline: {
    parameters: {
      path: {
        orderNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              events: components["schemas"]["StatusChange"][];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `orderNumber`. */
  getOrdersOrderNumberInvoice: {
    parameters: {
      path: {
        orderNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["InvoiceLink"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Of an order that is partly shipped, the rest is cancelled. `ORDER_NOT_CANCELLABLE` says why in `details.reason`.
   *
   * Access: a customer's token, or a guest's X-Session-Id; only the owner of `orderNumber`.
   */
  postOrdersOrderNumberCancel: {
    parameters: {
      path: {
        orderNumber: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postPayments: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          checkoutSessionId: string;
          method: "upi" | "card" | "netbanking" | "wallet" | "cod";
          termsAccepted?: boolean;
          terms_accepted?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentChoice"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postPaymentsVerify: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          razorpay_order_id: string;
          razorpay_payment_id: string;
          razorpay_signature: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postPaymentsCod: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          checkoutSessionId: string;
          termsAccepted?: boolean;
          terms_accepted?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CodOrder"];
          };
        };
      };
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CodOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  postPaymentsPaymentIdRetry: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          method?: "upi" | "card" | "netbanking" | "wallet" | "cod";
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentChoice"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getPaymentsPaymentId: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `other` requires `notes`.
   *
   * Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read.
   */
  getRefundsReasons: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Reason"][];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Without `items`: all that is left. `split` shows what will go back to where.
   *
   * Access: a customer's token, or a guest's X-Session-Id.
   */
  postRefunds: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          orderNumber: string;
          reason: "damaged" | "defective" | "wrong_item" | "not_as_described" | "missing_parts" | "not_satisfied" | "other";
          notes?: string;
          items?: {
            orderItemId: string;
            quantity: number;
          }[];
        };
      };
    };
    responses: {
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getRefunds: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["RefundView"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getRefundsRefundId: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Stored encrypted. Every response shows the last four digits of the number only.
   *
   * Access: a customer's token, or a guest's X-Session-Id.
   */
  putRefundsRefundIdBankAccount: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          accountHolder: string;
          accountNumber: string;
          ifsc: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `other` requires `customerNotes`. Where `sellerAtFault`, the customer does not pay for the way back.
   *
   * Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read.
   */
  getReturnsReasons: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Reason"][];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getReturnsEligibility: {
    parameters: {
      query: {
        orderNumber: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnEligibility"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * A refusal lists every line that cannot be returned under `details.lines`, with its reason and how many units could be. Photos are added afterwards.
   *
   * Access: a customer's token, or a guest's X-Session-Id.
   */
  postReturns: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          orderNumber: string;
          items: {
            orderItemId: string;
            quantity: number;
            reason: "damaged" | "defective" | "wrong_item" | "not_as_described" | "missing_parts" | "not_satisfied" | "other";
            condition?: "unopened" | "opened" | "used" | "damaged";
          }[];
          reason: "damaged" | "defective" | "wrong_item" | "not_as_described" | "missing_parts" | "not_satisfied" | "other";
          customerNotes?: string;
        };
      };
    };
    responses: {
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getReturns: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ReturnView"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a customer's token, or a guest's X-Session-Id. */
  getReturnsReturnId: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * A form with `orderItemId`, a line of the return, and one to five `images`: JPEG, PNG or WebP of up to 5 MB and 30 million pixels. All are added, or none. They are stored as JPEG of at most 2,048 pixels on the longer side, upright and without metadata. Customers and the warehouse may add ten each, until the return is inspected or closed. Safe to repeat.
   *
   * Access: a customer's token, or a guest's X-Session-Id.
   */
  postReturnsReturnIdImages: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "multipart/form-data": {
          orderItemId?: string;
          images?: Blob[];
        };
        "application/json": {
          orderItemId: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnView"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Empty until the invoice is issued, usually within seconds after the order.
   *
   * Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `orderNumber`.
   */
  getInvoicesOrderOrderNumber: {
    parameters: {
      path: {
        orderNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["InvoiceView"][];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Carries an `ETag`; a matching `If-None-Match` gets 304.
   *
   * Access: a customer's token, or a guest's X-Session-Id; without either, there is nothing to read; only the owner of `invoiceNumber`.
   */
  getInvoicesInvoiceNumberDownload: {
    parameters: {
      path: {
        invoiceNumber: string;
      };
      query?: {
        token?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/pdf": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCartsAbandoned: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "abandonedAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        userId?: string;
        minValue?: number;
        maxValue?: number;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["AbandonedCart"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCartsAnalytics: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CartAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCartsAnalyticsAbandonment: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CartAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCartsSettings: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CartSettings"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `settings:write`. */
  putAdminCartsSettings: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          cartExpiryDays?: number;
          maxLines?: number;
          maxPerVariant?: number;
          reservationTtlMinutes?: number;
          version?: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["CartSettings"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCartsCartId: {
    parameters: {
      path: {
        cartId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminCart"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCheckouts: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "initiated" | "address_entered" | "payment_pending" | "completed" | "failed";
        userId?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ListedCheckout"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCheckoutsFunnel: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Funnel"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `carts:read`. */
  getAdminCheckoutsSessionId: {
    parameters: {
      path: {
        sessionId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminCheckout"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * For a sale by phone. `unitPrice` takes the place of the catalog's price; 0 is a gift. `manual` is paid already, with its `paymentReference`. `bank_transfer` stays pending until its receipt is recorded.
   *
   * Access: an admin's token with the permission `orders:write`.
   */
  postAdminOrdersManual: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          userId?: string;
          email: string;
          phone: string;
          items: {
            productId: string;
            variantId: string;
            quantity: number;
            unitPrice?: number;
          }[];
          shippingAddress: {
            name: string;
            phone: string;
            line1: string;
            line2?: string | null;
            landmark?: string | null;
            city: string;
            state: string;
            pincode: string;
            country?: "IN";
          };
          billingAddress?: {
            name: string;
            phone: string;
            line1: string;
            line2?: string | null;
            landmark?: string | null;
            city: string;
            state: string;
            pincode: string;
            country?: "IN";
          };
          gstin?: string;
          shippingMethodId: string;
          paymentMethod: "cod" | "bank_transfer" | "manual";
          paymentReference?: string;
          couponCode?: string;
          customerNotes?: string;
          internalNote?: string;
        };
      };
    };
    responses: {
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `rows`, or a form whose `file` is CSV with the columns `orderNumber`, `status` and `note`. Each row is judged by the state of its order at its turn; one that fails does not affect the others. Safe to repeat.
   *
   * Access: an admin's token with the permission `orders:write`.
   */
  postAdminOrdersBulkUpdate: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "multipart/form-data": {
          rows?: {
            /** Text. A row without a valid order number fails, and no other */
            orderNumber?: unknown;
            /** Text: the status that the order shall have */
            status?: unknown;
            note?: unknown | null;
          }[];
          file?: Blob;
        };
        "application/json": {
          rows?: {
            /** Text. A row without a valid order number fails, and no other */
            orderNumber?: unknown;
            /** Text: the status that the order shall have */
            status?: unknown;
            note?: unknown | null;
          }[];
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["BulkOutcome"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Allocates the units, then requests the parcel from the shipping service. 202 with the shipment `creating`: the outcome is not known yet, the units stay allocated, and `order-sync` finds it out. After `SHIPMENT_REFUSED` the units are free again.
   *
   * Access: an admin's token with the permission `orders:status`.
   */
  postAdminOrdersOrderIdFulfillments: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          items?: {
            orderItemId: string;
            quantity: number;
          }[];
          methodId?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ShippedOrder"];
          };
        };
      };
      202: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ShippedOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `shipped` counts all open lines as fulfilled, in a parcel that the shipping service knows nothing of. `delivered` and `returned` (to origin) end the way of every parcel. Repeating the current status changes nothing. Orders are cancelled with their own request.
   *
   * Access: an admin's token with the permission `orders:status`.
   */
  putAdminOrdersOrderIdStatus: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
          note?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * As the status of the order, for the lines of one seller. With the current status, tracking number, estimated delivery and note are stored.
   *
   * Access: an admin's token with the permission `orders:status`.
   */
  putAdminOrdersOrderIdSellersSellerIdStatus: {
    parameters: {
      path: {
        orderId: string;
        sellerId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          status: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
          note?: string;
          trackingNumber?: string;
          estimatedDelivery?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Without `items`, all that is not shipped; with `allowAfterShipment` also what is on its way. `refund` names the destination, or `false` keeps the money; by default it goes back to where it came from. While the payment is disputed, only that: the refund then waits for the end of the dispute.
   *
   * Access: an admin's token with the permission `orders:cancel`.
   */
  postAdminOrdersOrderIdCancel: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
          items?: {
            orderItemId: string;
            quantity: number;
          }[];
          allowAfterShipment?: boolean;
          refund?: boolean | "original" | "store_credit" | "bank_transfer";
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:read`. */
  getAdminWebhooks: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "receivedAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        state?: "received" | "processed" | "flagged";
        event?: string;
        source?: "razorpay" | "shipping";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["WebhookEvent"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:read`. */
  getAdminWebhooksEventId: {
    parameters: {
      path: {
        eventId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["WebhookEventDetail"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:write`. */
  postAdminWebhooksEventIdReplay: {
    parameters: {
      path: {
        eventId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["WebhookEvent"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * 202: the reconciliation runs in the background within seconds; read its progress from `GET /api/admin/payments/reconciliations/:reportId`. 200: the same range is being reconciled already, and that report is the answer. Days are days in India, both included. `repair` applies the gateway's state.
   *
   * Access: an admin's token with the permission `payments:reconcile`.
   */
  postAdminPaymentsReconcile: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          dateFrom: string;
          dateTo: string;
          repair?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReconciliationReport"];
          };
        };
      };
      202: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReconciliationReport"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:read`. */
  getAdminPaymentsReconciliations: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        state?: "running" | "completed" | "failed";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ReconciliationReport"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `breaks` is a list with pages; `class` selects one class, or the settlement rows `transfer`, `adjustment` and `other`. `format=csv` streams all of them.
   *
   * Access: an admin's token with the permission `payments:read`.
   */
  getAdminPaymentsReconciliationsReportId: {
    parameters: {
      path: {
        reportId: string;
      };
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "amountAtRisk";
        sortOrder?: "asc" | "desc";
        class?: "missing_locally" | "missing_at_gateway" | "status_mismatch" | "amount_mismatch" | "unlinked_capture" | "transfer" | "adjustment" | "other";
        format?: "json" | "csv";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/csv": Blob;
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              report: components["schemas"]["ReconciliationReport"];
              breaks: {
                items: components["schemas"]["ReconciliationItem"][];
                pagination: {
                  page: number;
                  limit: number;
                  total: number;
                  totalPages: number;
                  totalCapped?: boolean;
                };
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `invoices:read`. */
  getAdminInvoices: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "issuedAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        type?: "sale" | "credit_note";
        status?: "draft" | "issued";
        orderNumber?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["AdminInvoice"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `invoices:write`. */
  postAdminInvoices: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          orderId: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminInvoice"];
          };
        };
      };
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminInvoice"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Send `items` or `refundId`, or neither for a cancelled order. A refund has one credit note: a repeat answers 200 with it.
   *
   * Access: an admin's token with the permission `invoices:write`.
   */
  postAdminInvoicesCreditNote: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          orderId: string;
          items?: {
            orderItemId: string;
            quantity: number;
          }[];
          refundId?: string;
          reason: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminInvoice"];
          };
        };
      };
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminInvoice"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Answers with the log's new entry and all earlier ones.
   *
   * Access: an admin's token with the permission `invoices:write`.
   */
  postAdminInvoicesInvoiceNumberEmail: {
    parameters: {
      path: {
        invoiceNumber: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          to?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["InvoiceEmail"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Send `dateFrom` and `dateTo` (date of issue) or `orderIds`. 200 streams the archive; 202 names a job whose progress `statusUrl` shows.
   *
   * Access: an admin's token with the permission `invoices:read`.
   */
  postAdminInvoicesBulkDownload: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          dateFrom?: string;
          dateTo?: string;
          orderIds?: string[];
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/zip": Blob;
        };
      };
      202: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["BulkDownloadStarted"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `invoices:read`. */
  getAdminInvoicesBulkDownloadJobId: {
    parameters: {
      path: {
        jobId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["BulkDownload"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `settings:write`. */
  getAdminInvoicesTemplate: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["InvoiceTemplate"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Documents that are issued already keep their version. `null` removes the logo or a text.
   *
   * Access: an admin's token with the permission `settings:write`.
   */
  putAdminInvoicesTemplate: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          logo?: string | null;
          header?: string | null;
          footer?: string | null;
          terms?: string | null;
          taxDisplay?: "columns" | "summary";
          colours?: {
            primary: string;
            text: string;
          };
          version?: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["InvoiceTemplate"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `settings:write`. */
  postAdminInvoicesTemplatePreview: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          logo?: string | null;
          header?: string | null;
          footer?: string | null;
          terms?: string | null;
          taxDisplay?: "columns" | "summary";
          colours?: {
            primary: string;
            text: string;
          };
          version?: number;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/pdf": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Dates are days in India, both included; without them, the current month. Amounts of credit notes are negative: `b2b`, `b2c` and `creditNotes` add up to `totals`. `format=csv` has the same rows and a row of totals.
   *
   * Access: an admin's token with the permission `invoices:read`.
   */
  getAdminInvoicesTaxSummary: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        format?: "json" | "csv";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/csv": Blob;
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["TaxSummary"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * The file that the GST portal imports, for the GSTIN of the settings. `period` is MMYYYY; the current month may be requested before it ends.
   *
   * Access: an admin's token with the permission `invoices:read`.
   */
  getAdminInvoicesGstr1: {
    parameters: {
      query: {
        period: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `q` is the id of a payment, here or at the gateway, or of a gateway order. `orderNumber` lists every attempt to pay for the order, `attention=true` only those that a person has to look at.
   *
   * Access: an admin's token with the permission `payments:read`.
   */
  getAdminPayments: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "authorized" | "captured" | "failed" | "refunded";
        method?: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual";
        gateway?: "razorpay" | "cod" | "manual";
        attention?: boolean;
        orderNumber?: string;
        q?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ListedPayment"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Counts the payments that began in the range, with what has become of them since. Without dates, the last 30 days.
   *
   * Access: an admin's token with the permission `payments:read`.
   */
  getAdminPaymentsAnalytics: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["PaymentAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * The payments that began in the range, oldest first. Amounts are rupees with two decimals, times are UTC. Days are days in India; without dates, the last 30 days. Each export is in the audit log.
   *
   * Access: an admin's token with the permission `payments:export`.
   */
  getAdminPaymentsExport: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "authorized" | "captured" | "failed" | "refunded";
        method?: "upi" | "card" | "netbanking" | "wallet" | "cod" | "bank_transfer" | "manual";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/csv": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:read`. */
  getAdminPaymentsPaymentId: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminPayment"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `payments:read`. */
  getAdminPaymentsPaymentIdGatewayResponse: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["GatewayRecord"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `amount` (rupees) must be the payment's; a bank transfer may bring less, and the rest stays due, or more, which is refunded. A `reference` belongs to one payment; repeating the same receipt answers 200 and records nothing. `receivedAt` is a time or a day in India.
   *
   * Access: an admin's token with the permission `payments:write`.
   */
  postAdminPaymentsPaymentIdRecordReceipt: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          amount: number;
          reference: string;
          receivedAt: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminPayment"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * For a payment that is authorised and was not captured by itself. One that is captured already answers 200. After 503 `OUTCOME_UNKNOWN`, repeat the request: it reads the gateway first.
   *
   * Access: an admin's token with the permission `payments:write`.
   */
  postAdminPaymentsPaymentIdCapture: {
    parameters: {
      path: {
        paymentId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminPayment"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `email` and `phone` are compared as a whole, in the usual spellings; `tag` exactly. `sellerId` lists the orders with a line of that seller. The total is exact up to 10,000.
   *
   * Access: an admin's token with the permission `orders:read`.
   */
  getAdminOrders: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt" | "grandTotal" | "status";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
        paymentStatus?: "pending" | "paid" | "failed" | "refunded";
        fulfillmentStatus?: "unfulfilled" | "partially_fulfilled" | "fulfilled";
        source?: "web" | "mobile" | "admin";
        userId?: string;
        email?: string;
        phone?: string;
        tag?: string;
        sellerId?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ListedOrder"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `q` is an order number, the beginning of an e-mail address, or the beginning or the last digits of a phone number. Newest first; of more than 10,000 matches, 10,000 are found.
   *
   * Access: an admin's token with the permission `orders:read`.
   */
  getAdminOrdersSearch: {
    parameters: {
      query: {
        q: string;
        page?: number;
        limit?: number;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["ListedOrder"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * The orders of the list's filters, oldest first. Amounts are rupees with two decimals, times are UTC, days are days in India. A cell that a spreadsheet would run, and a phone number, begins with an apostrophe. Each export is in the audit log.
   *
   * Access: an admin's token with the permission `orders:export`.
   */
  getAdminOrdersExport: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "confirmed" | "processing" | "shipped" | "delivered" | "cancelled" | "returned";
        paymentStatus?: "pending" | "paid" | "failed" | "refunded";
        fulfillmentStatus?: "unfulfilled" | "partially_fulfilled" | "fulfilled";
        source?: "web" | "mobile" | "admin";
        userId?: string;
        email?: string;
        phone?: string;
        tag?: string;
        sellerId?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/csv": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Counts the orders that were placed in the range, with what has become of them since. Without dates, the last 30 days.
   *
   * Access: an admin's token with the permission `orders:read`.
   */
  getAdminOrdersAnalytics: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OrderAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `orders:read`. */
  getAdminOrdersOrderId: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * With the `version` that was read; after another change 409 `VERSION_CONFLICT` with `current`. The customer pays what was agreed: prices, discounts, shipping and the total stay, and the tax follows the address. 400 `ORDER_NOT_EDITABLE` has a `reason`: `status` (shipped, cancelled), `shipping` (a parcel is being shipped) or `invoiced` (the invoice states another place of supply).
   *
   * Access: an admin's token with the permission `orders:write`.
   */
  putAdminOrdersOrderId: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          version: number;
          shippingAddress?: {
            name: string;
            phone: string;
            line1: string;
            line2?: string | null;
            landmark?: string | null;
            city: string;
            state: string;
            pincode: string;
            country?: "IN";
          };
          customerNotes?: string | null;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `orders:notes`. */
  postAdminOrdersOrderIdNotes: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          note: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `orders:write`. */
  postAdminOrdersOrderIdTags: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          tags: string[];
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `orders:write`. */
  deleteAdminOrdersOrderIdTags: {
    parameters: {
      path: {
        orderId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          tags: string[];
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminOrder"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `status=pending` is what waits for approval, `attention=true` what a person has to look at.
   *
   * Access: an admin's token with the permission `refunds:read`.
   */
  getAdminRefunds: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "pending" | "processing" | "completed" | "failed" | "rejected";
        destination?: "original" | "store_credit" | "bank_transfer";
        attention?: boolean;
        orderNumber?: string;
        refundNumber?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["AdminRefund"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Send `items` (with `includeShipping`, if shipping goes back too) or `amount` (rupees); with neither, all that is left. `split` shows what will go back to where.
   *
   * Access: an admin's token with the permission `refunds:write`.
   */
  postAdminRefunds: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": {
          orderId: string;
          reason: "damaged" | "defective" | "wrong_item" | "not_as_described" | "missing_parts" | "not_satisfied" | "other";
          notes?: string;
          destination: "original" | "store_credit" | "bank_transfer";
          items?: {
            orderItemId: string;
            quantity: number;
          }[];
          amount?: number;
          includeShipping?: boolean;
          accountHolder?: string;
          accountNumber?: string;
          ifsc?: string;
        };
      };
    };
    responses: {
      201: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Counts what was completed in the range. Without dates, the last 30 days.
   *
   * Access: an admin's token with the permission `refunds:read`.
   */
  getAdminRefundsAnalytics: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `refunds:read`. */
  getAdminRefundsRefundId: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundFile"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `refunds:read`. */
  getAdminRefundsRefundIdHistory: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & ({
            success: true;
            data: {
              events: (components["schemas"]["RefundStatusEvent"] | components["schemas"]["RefundAttemptEvent"])[];
            };
          });
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Each source of the order's money gets a refund of its own; this one keeps the first part. An admin who started a refund above the setting `payments.refundFourEyesAbove` may not approve it.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdApprove: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          notes?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `refunds:approve`. */
  postAdminRefundsRefundIdReject: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * From `pending` or `failed`.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdProcess: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * From `pending` or `failed`. What is left over is not asked for any more.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdProcessPartial: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          items: {
            orderItemId: string;
            quantity: number;
          }[];
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * From `pending` or `failed`. Answers `completed`, or `processing` while the store credit service does not answer: it is completed later. Guests have no store credit.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdStoreCredit: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * From `pending` or `failed`. Without an account in the body, the one that the refund has. It is stored encrypted.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdBankTransfer: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          accountHolder?: string;
          accountNumber?: string;
          ifsc?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * A UTR belongs to one refund; repeating the same one answers 200.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminRefundsRefundIdBankTransferConfirm: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          utr: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `refunds:approve`. */
  postAdminRefundsRefundIdRetry: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `refunds:write`. */
  postAdminRefundsRefundIdNotes: {
    parameters: {
      path: {
        refundId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          note: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminRefund"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `status=requested` is what waits for a decision, `status=received` what waits in the warehouse.
   *
   * Access: an admin's token with the permission `returns:read`.
   */
  getAdminReturns: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        status?: "requested" | "approved" | "rejected" | "received" | "completed";
        orderNumber?: string;
        returnNumber?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["AdminReturn"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Counts what was asked for in the range. Without dates, the last 30 days.
   *
   * Access: an admin's token with the permission `returns:read`.
   */
  getAdminReturnsAnalytics: {
    parameters: {
      query?: {
        dateFrom?: string;
        dateTo?: string;
        groupBy?: "day" | "week" | "month";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnAnalytics"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `returns:read`. */
  getAdminReturnsReturnId: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["ReturnFile"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `returns:write`. */
  postAdminReturnsReturnIdApprove: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          notes?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * The customer gets the reason.
   *
   * Access: an admin's token with the permission `returns:write`.
   */
  postAdminReturnsReturnIdReject: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          reason: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Once for each approved return. Without a date, as soon as the carrier can.
   *
   * Access: an admin's token with the permission `returns:write`.
   */
  postAdminReturnsReturnIdSchedulePickup: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          pickupDate?: string;
          slot?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `returns:inspect`. */
  putAdminReturnsReturnIdReceived: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Once for each return, with every line. `refundBreakdown` then shows what confirming it will refund. When nothing passes, the return is rejected; the customer gets the notes.
   *
   * Access: an admin's token with the permission `returns:inspect`.
   */
  postAdminReturnsReturnIdInspect: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          items: {
            orderItemId: string;
            quantityReceived: number;
            quantityPassed: number;
            quantityRestockable: number;
            note?: string;
          }[];
          notes?: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Without `destination`, the money goes back to where it came from. Without `deductShipping`, the customer pays for the way back unless the goods were at fault. A repeat returns the completed return.
   *
   * Access: an admin's token with the permission `refunds:approve`.
   */
  postAdminReturnsReturnIdRefund: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          destination?: "original" | "store_credit" | "bank_transfer";
          deductShipping?: boolean;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["RefundedReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `returns:write`. */
  postAdminReturnsReturnIdNotes: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          note: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * A form with `orderItemId`, a line of the return, and one to five `images`: JPEG, PNG or WebP of up to 5 MB and 30 million pixels. All are added, or none. They are stored as JPEG of at most 2,048 pixels on the longer side, upright and without metadata. Customers and the warehouse may add ten each, until the return is inspected or closed. Safe to repeat.
   *
   * Access: an admin's token with the permission `returns:inspect`.
   */
  postAdminReturnsReturnIdImages: {
    parameters: {
      path: {
        returnId: string;
      };
    };
    requestBody: {
      content: {
        "multipart/form-data": {
          orderItemId?: string;
          images?: Blob[];
        };
        "application/json": {
          orderItemId: string;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["AdminReturn"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `jobs`. */
  getAdminJobs: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["Job"][];
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `jobs`. */
  postAdminJobsNameRun: {
    parameters: {
      path: {
        name: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["JobRun"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `jobs`. */
  getAdminOutbox: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "createdAt";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        state?: "pending" | "dead";
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["OutboxMessage"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `jobs`. */
  postAdminOutboxIdReplay: {
    parameters: {
      path: {
        id: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OutboxMessage"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `settings:write`. */
  getAdminSettingsGroup: {
    parameters: {
      path: {
        group: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Settings"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: an admin's token with the permission `settings:write`. */
  putAdminSettingsGroup: {
    parameters: {
      path: {
        group: string;
      };
    };
    requestBody: {
      content: {
        "application/json": {
          version?: number;
          values?: {
            cartExpiryDays?: number;
            reservationTtlMinutes?: number;
            maxLines?: number;
            maxPerVariant?: number;
            maxCoupons?: number;
            reminderAfterHours?: number;
            expiryMinutes?: number;
            reminderAfterMinutes?: number;
            enabledMethods?: ("upi" | "card" | "netbanking" | "wallet" | "cod")[];
            codMaxAmount?: number;
            codAutoConfirm?: boolean;
            refundFourEyesAbove?: number;
            refundSpeed?: "normal" | "optimum";
            rtoDeduction?: number;
            returnWindowDays?: number;
            returnWindowDaysByCategory?: Record<string, number>;
            returnParcelDays?: number;
            returnShippingFee?: number;
            pricesIncludeTax?: boolean;
            chargeRatePolicy?: "proportional" | "highest" | {
              fixedBps: number;
            };
            roundToRupee?: boolean;
            hsnRates?: {
              hsnPrefix: string;
              rateBps: number;
            }[];
            defaultRateBps?: number;
            hsnDigits?: number;
            invoiceIssueOn?: "confirmation" | "dispatch";
            guestCartDays?: number;
            outboxDays?: number;
            jobRunDays?: number;
            webhookEventDays?: number;
            webhookBodyDays?: number;
            idempotencyHours?: number;
            name?: string;
            address?: string;
            state?: string;
            gstin?: string;
            upiVpa?: string | null;
            logoUrl?: string | null;
            supportEmail?: string | null;
            supportPhone?: string | null;
          };
          cartExpiryDays?: number;
          reservationTtlMinutes?: number;
          maxLines?: number;
          maxPerVariant?: number;
          maxCoupons?: number;
          reminderAfterHours?: number;
          expiryMinutes?: number;
          reminderAfterMinutes?: number;
          enabledMethods?: ("upi" | "card" | "netbanking" | "wallet" | "cod")[];
          codMaxAmount?: number;
          codAutoConfirm?: boolean;
          refundFourEyesAbove?: number;
          refundSpeed?: "normal" | "optimum";
          rtoDeduction?: number;
          returnWindowDays?: number;
          returnWindowDaysByCategory?: Record<string, number>;
          returnParcelDays?: number;
          returnShippingFee?: number;
          pricesIncludeTax?: boolean;
          chargeRatePolicy?: "proportional" | "highest" | {
            fixedBps: number;
          };
          roundToRupee?: boolean;
          hsnRates?: {
            hsnPrefix: string;
            rateBps: number;
          }[];
          defaultRateBps?: number;
          hsnDigits?: number;
          invoiceIssueOn?: "confirmation" | "dispatch";
          guestCartDays?: number;
          outboxDays?: number;
          jobRunDays?: number;
          webhookEventDays?: number;
          webhookBodyDays?: number;
          idempotencyHours?: number;
          name?: string;
          address?: string;
          state?: string;
          gstin?: string;
          upiVpa?: string | null;
          logoUrl?: string | null;
          supportEmail?: string | null;
          supportPhone?: string | null;
        };
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Settings"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * `actorId` is the admin, `resourceType` and `resourceId` what was changed, `requestId` the `X-Request-Id` of the request. Each filter must equal the stored value.
   *
   * Access: an admin's token with the permission `audit`.
   */
  getAdminAuditLogs: {
    parameters: {
      query?: {
        page?: number;
        limit?: number;
        sortBy?: "at";
        sortOrder?: "asc" | "desc";
        dateFrom?: string;
        dateTo?: string;
        actorId?: string;
        action?: string;
        resourceType?: string;
        resourceId?: string;
        requestId?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              items: components["schemas"]["AuditLog"][];
              pagination: {
                page: number;
                limit: number;
                total: number;
                totalPages: number;
                totalCapped?: boolean;
              };
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * The figures of the page for operators that no other operation has.
   *
   * Access: an admin's token with the permission `payments:read`.
   */
  getAdminOpsSummary: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["OpsSummary"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a signature over the raw body. */
  postWebhooksRazorpay: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": Record<string, unknown>;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: null;
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a signature over the raw body. */
  postWebhooksRazorpayRefund: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": Record<string, unknown>;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: null;
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: a signature over the raw body. */
  postWebhooksShipping: {
    parameters: Record<string, never>;
    requestBody: {
      content: {
        "application/json": Record<string, unknown>;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: null;
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /**
   * Orders, money, funnel, payments, outbox, jobs, reconciliation and neighbours, read from `/api/admin` with the admin's token.
   *
   * Access: public.
   */
  getOps: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/html": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getFilesFileId: {
    parameters: {
      path: {
        fileId: string;
      };
      query?: {
        expires?: string;
        signature?: string;
      };
    };
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "*/*": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getHealth: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Health"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getHealthLive: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: {
              alive: boolean;
            };
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getHealthReady: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Envelope"] & {
            success: true;
            data: components["schemas"]["Readiness"];
          };
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: internal. */
  getMetrics: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/plain": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getDocs: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "text/html": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
  /** Access: public. */
  getDocsOpenapiJson: {
    parameters: Record<string, never>;
    responses: {
      200: {
        headers: Record<string, unknown>;
        content: {
          "application/json": Blob;
        };
      };
      default: {
        headers: Record<string, unknown>;
        content: {
          "application/json": components["schemas"]["Refusal"];
        };
      };
    };
  };
}
