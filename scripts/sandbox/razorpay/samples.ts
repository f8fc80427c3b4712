/**
 * Sample webhook bodies as the gateway sends them: compact, each in its own key order. The ids are invented.
 * `joinLines` removes the line breaks, which are for reading only.
 */
const joinLines = (text: string): string => text.replaceAll("\n", "");

const SAMPLES = {
  "payment.authorized":
    joinLines(`{"entity":"event","account_id":"acc_Qw7Lm2Xc9Vb4Nd","event":"payment.authorized","contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_Rk4Zt8Wq1Ys6Pa","entity":"payment","amount":129900,"currency":"INR",
"base_amount":129900,"status":"authorized","order_id":"order_Rk4Zr2Mn7Hb3Lc","invoice_id":null,"international":false,"method":"upi","amount_refunded":0,"amount_transferred":0,"refund_status":null,"captured":false,
"description":"Order SV-100231","card_id":null,"bank":null,"wallet":null,"vpa":"asha.r@okbank","email":"buyer@example.com","contact":"+919000000001","notes":{"cart":"c_8841"},"fee":null,"tax":null,"error_code":null,
"error_description":null,"error_source":null,"error_step":null,"error_reason":null,"acquirer_data":{"rrn":"600112345678","upi_transaction_id":"A1B2C3D4E5F60718293A4B5C6D7E8F90"},"created_at":1767225605,"upi":{"payer_account_type":"bank_account",
"vpa":"asha.r@okbank","flow":"intent"}}}},"created_at":1767225607}`),
  "payment.captured":
    joinLines(`{"entity":"event","account_id":"acc_Qw7Lm2Xc9Vb4Nd","event":"payment.captured","contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_Rk5Bf3Jd9Xu2Ge","entity":"payment","amount":249900,"currency":"INR",
"base_amount":249900,"status":"captured","order_id":"order_Rk5Bd6Vp4Tk8Oi","invoice_id":null,"international":false,"method":"card","amount_refunded":0,"amount_transferred":0,"refund_status":null,"captured":true,
"description":"Order SV-100231","card_id":"card_Rk5BfQ7sN1mE5w","bank":null,"wallet":null,"vpa":null,"email":"buyer@example.com","contact":"+919000000001","notes":[],"fee":5898,"tax":900,"error_code":null,"error_description":null,
"error_source":null,"error_step":null,"error_reason":null,"acquirer_data":{"auth_code":"482913","rrn":"600198765432"},"created_at":1767226000,"card":{"id":"card_Rk5BfQ7sN1mE5w","entity":"card","name":"","last4":"1007",
"network":"Visa","type":"credit","issuer":"HDFC","international":false,"emi":false,"sub_type":"consumer","token_iin":null},"reward":null}}},"created_at":1767226009}`),
  "payment.failed":
    joinLines(`{"entity":"event","account_id":"acc_Qw7Lm2Xc9Vb4Nd","event":"payment.failed","contains":["payment"],"payload":{"payment":{"entity":{"id":"pay_Rk6Hn5Ry2Cz8Tb","entity":"payment","amount":59900,"currency":"INR","base_amount":59900,
"status":"failed","order_id":"order_Rk6Hk9Wf1Dm3Sv","invoice_id":null,"international":false,"method":"netbanking","amount_refunded":0,"amount_transferred":0,"refund_status":null,"captured":false,"description":"Order SV-100231",
"card_id":null,"bank":"SBIN","wallet":null,"vpa":null,"email":"buyer@example.com","contact":"+919000000001","notes":[],"fee":null,"tax":null,"error_code":"BAD_REQUEST_ERROR","error_description":"Payment was cancelled by the customer on the bank page.",
"error_source":"customer","error_step":"payment_authentication","error_reason":"payment_cancelled","acquirer_data":{"bank_transaction_id":null},"created_at":1767226500}}},"created_at":1767226611}`),
  "order.paid":
    joinLines(`{"entity":"event","account_id":"acc_Qw7Lm2Xc9Vb4Nd","event":"order.paid","contains":["payment","order"],"payload":{"payment":{"entity":{"id":"pay_Rk7Lc8Qg4Vn1Xy","entity":"payment","amount":34900,"currency":"INR",
"base_amount":34900,"status":"captured","order_id":"order_Rk7La2Bs6Jh9Pd","invoice_id":null,"international":false,"method":"wallet","amount_refunded":0,"amount_transferred":0,"refund_status":null,"captured":true,
"description":"Order SV-100231","card_id":null,"bank":null,"wallet":"mobikwik","vpa":null,"email":"buyer@example.com","contact":"+919000000001","notes":[],"fee":824,"tax":126,"error_code":null,"error_description":null,
"error_source":null,"error_step":null,"error_reason":null,"acquirer_data":{"transaction_id":null},"created_at":1767227100}},"order":{"entity":{"id":"order_Rk7La2Bs6Jh9Pd","entity":"order","amount":34900,"amount_paid":34900,
"amount_due":0,"currency":"INR","receipt":"SV-100244","offer_id":null,"status":"paid","attempts":2,"notes":[],"created_at":1767227011,"description":null,"checkout":null}}},"created_at":1767227104}`),
  "refund.processed":
    joinLines(`{"account_id":"acc_Qw7Lm2Xc9Vb4Nd","contains":["refund","payment"],"created_at":1767312466,"entity":"event","event":"refund.processed","payload":{"payment":{"entity":{"acquirer_data":{"auth_code":"482913","rrn":"600198765432"},
"amount":249900,"amount_refunded":50000,"amount_transferred":0,"bank":null,"base_amount":249900,"captured":true,"card_id":"card_Rk5BfQ7sN1mE5w","contact":"+919000000001","created_at":1767226000,"currency":"INR",
"description":"Order SV-100231","email":"buyer@example.com","entity":"payment","error_code":null,"error_description":null,"error_reason":null,"error_source":null,"error_step":null,"fee":5898,"id":"pay_Rk5Bf3Jd9Xu2Ge",
"international":false,"invoice_id":null,"method":"card","notes":[],"order_id":"order_Rk5Bd6Vp4Tk8Oi","refund_status":"partial","status":"captured","tax":900,"vpa":null,"wallet":null}},"refund":{"entity":{"acquirer_data":{"arn":null},
"amount":50000,"batch_id":null,"created_at":1767312400,"currency":"INR","entity":"refund","id":"rfnd_Rm1Ds7Kp3We9Uf","notes":{"return_id":"RET-77"},"payment_id":"pay_Rk5Bf3Jd9Xu2Ge","receipt":"RET-77","speed_processed":"normal",
"speed_requested":"normal","status":"processed"}}}}`),
  "refund.failed":
    joinLines(`{"account_id":"acc_Qw7Lm2Xc9Vb4Nd","contains":["refund","payment"],"created_at":1767398800,"entity":"event","event":"refund.failed","payload":{"payment":{"entity":{"acquirer_data":{"auth_code":"482913","rrn":"600198765432"},
"amount":249900,"amount_refunded":0,"amount_transferred":0,"bank":null,"base_amount":249900,"captured":true,"card_id":"card_Rk5BfQ7sN1mE5w","contact":"+919000000001","created_at":1767226000,"currency":"INR","description":"Order SV-100231",
"email":"buyer@example.com","entity":"payment","error_code":null,"error_description":null,"error_reason":null,"error_source":null,"error_step":null,"fee":5898,"id":"pay_Rk5Bf3Jd9Xu2Ge","international":false,"invoice_id":null,
"method":"card","notes":[],"order_id":"order_Rk5Bd6Vp4Tk8Oi","refund_status":null,"status":"captured","tax":900,"vpa":null,"wallet":null}},"refund":{"entity":{"acquirer_data":{"arn":null},"amount":50000,"batch_id":null,
"created_at":1767312400,"currency":"INR","entity":"refund","id":"rfnd_Rm2Fx4Gv8Ao5Ic","notes":[],"payment_id":"pay_Rk5Bf3Jd9Xu2Ge","receipt":"RET-78","speed_processed":"normal","speed_requested":"normal","status":"failed"}}}}`),
  "payment.dispute.created":
    joinLines(`{"entity":"event","account_id":"acc_Qw7Lm2Xc9Vb4Nd","event":"payment.dispute.created","contains":["payment","dispute"],"payload":{"payment":{"entity":{"id":"pay_Rk5Bf3Jd9Xu2Ge","entity":"payment","amount":249900,
"currency":"INR","base_amount":249900,"status":"captured","order_id":"order_Rk5Bd6Vp4Tk8Oi","invoice_id":null,"international":false,"method":"card","amount_refunded":0,"amount_transferred":0,"refund_status":null,
"captured":true,"description":"Order SV-100231","card_id":"card_Rk5BfQ7sN1mE5w","bank":null,"wallet":null,"vpa":null,"email":"buyer@example.com","contact":"+919000000001","notes":[],"fee":5898,"tax":900,"error_code":null,
"error_description":null,"error_source":null,"error_step":null,"error_reason":null,"acquirer_data":{"auth_code":"482913"},"created_at":1767226000}},"dispute":{"entity":{"id":"disp_Rn3Jy6Ta1Lq7Zw","entity":"dispute",
"payment_id":"pay_Rk5Bf3Jd9Xu2Ge","amount":249900,"currency":"INR","amount_deducted":0,"reason_code":"goods_or_services_not_received_or_partially_received","respond_by":1768003200,"status":"open","evidence":{"amount":249900,
"summary":null,"shipping_proof":null,"billing_proof":null,"cancellation_proof":null,"customer_communication":null,"proof_of_service":null,"explanation_letter":null,"refund_confirmation":null,"access_activity_log":null,
"refund_cancellation_policy":null,"term_and_conditions":null,"others":null,"submitted_at":null},"phase":"chargeback","created_at":1767571200}}},"created_at":1767571203}`),
} as const;

export const SAMPLE_NAMES = Object.keys(SAMPLES);

export function sampleBody(name: string): string {
  const found = Object.entries(SAMPLES).find(([candidate]) => candidate === name);
  if (!found) throw new Error(`no sample ${name}; the samples are ${SAMPLE_NAMES.join(", ")}`);
  return found[1];
}
