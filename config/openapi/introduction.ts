/** What a reader has to know before the first call: the description of the whole document, in Markdown. */
export const INTRODUCTION = `
Carts, checkout, orders, payments, refunds, returns and GST invoices of an Indian online shop.

A purchase takes seven calls: add to the cart (\`POST /api/cart/items\`), start the checkout
(\`POST /api/checkout/start\`), set the shipping address, list and choose a shipping method, choose a payment method
(\`PUT /api/checkout/{sessionId}/payment-method\`, which answers with what the gateway's window needs), verify the
payment (\`POST /api/payments/verify\`) and place the order (\`POST /api/orders\`). If the browser is closed after
paying, the order is placed without the last two.

## Envelope

Every JSON answer has the same shape. \`data\` holds what was asked for; after a failure it is null, and \`error\`
says why. \`message\` is for people and may change. Some answers have a \`meta\` object.

\`\`\`json
{ "success": true, "statusCode": 200, "message": "Your cart", "data": { }, "error": null }
\`\`\`

A POST answers 200, or 201 where it has created something; the operation lists both. Files (PDF, CSV, ZIP) come without
an envelope.

## Money

Amounts are rupees with at most two decimals: \`499.5\`. One place is different: \`gateway.amount\`, which is made
for the gateway's window, is in paise. Every total is computed by the service; do not add up lines.
\`totals.pricesIncludeTax\` says whether prices contain GST. \`totals.amountDue\` is what is left to pay after store
credit and loyalty points.

## Callers

- **Customers and admins** send \`Authorization: Bearer <token>\` with a token of the auth service. An admin's role
  decides what is allowed; each operation names the permission it needs.
- **Guests** need no account. The first cart write without a token mints a guest id and returns it in
  \`X-Session-Id\` and in the cart. Store it like a password and send it in the same header from then on. After signing
  in, call \`POST /api/cart/merge\` with both.
- **Webhooks** are signed. The signature is computed over the raw body.

With both a token and a guest id, the token decides. What belongs to another caller does not exist: 404.

## Lists

Lists take \`page\` (from 1), \`limit\` (20, at most 100), \`sortBy\`, \`sortOrder\` (\`asc\` or \`desc\`),
\`dateFrom\` and \`dateTo\`, and answer with \`items\` and \`pagination\`. A date is a day in India (\`2026-11-29\`, the
whole day) or an instant (\`2026-11-29T10:00:00Z\`); both ends are included, and a range spans at most 366 days. Totals
are exact up to 10,000, where \`totalCapped\` is true and pages end.

## Errors

Look at \`error.code\`, not at the message. Facts that belong to a code are in \`error.details\`; for
\`VALIDATION_ERROR\` that is a list of \`{ in, path, message }\`. Unknown fields are refused, not ignored. The schema
\`ErrorCode\` lists every code with its meaning, and each operation the ones it can answer with.

| status | meaning |
|---|---|
| 400 | The request is not valid, or a rule of the shop refuses it. |
| 401, 403 | Not signed in; not allowed. |
| 404 | It does not exist, or belongs to another caller. |
| 409 | Another request was faster, or is still running. |
| 410 | The checkout has expired. |
| 413, 415 | The body is too large, or not of an accepted type. |
| 422 | The idempotency key was used with another body. |
| 429 | Too many requests. |
| 5xx | Trouble here or at a service that the request needs. \`OUTCOME_UNKNOWN\` means that it may have been done. |

Where repeating helps, \`Retry-After\` says when. Every answer has an \`X-Request-Id\`; quote it when you report a fault.

## Idempotency

Send an \`Idempotency-Key\` (8 to 255 printable characters, such as a UUID) with POST requests that create something.
Repeat a request whose answer you did not get with the same key and body: it is done once, and the first answer is
returned again for 24 hours, with \`Idempotency-Replayed: true\`. A refusal is not stored, so the key stays usable. The
same key with another body is 422; while the first request is still running, 409.

## Rate limits

Limits count per caller and minute, by kind of call; a call beyond them is 429 with \`Retry-After\`.
`.trim();
