import { upiLink } from "../../../services/calculations/upi-link.js";
import { paise } from "../../../utils/money.js";

const payment = {
  vpa: "cleanse.ayurveda@okhdfc",
  payeeName: "Cleanse Ayurveda",
  reference: "INV-2026-000001",
  note: "Invoice INV-2026-000001",
  amount: paise(54_805),
};

test("When an invoice is unpaid, then the link names payee, reference and the exact balance", () => {
  expect(upiLink(payment)).toBe(
    "upi://pay?pa=cleanse.ayurveda@okhdfc&pn=Cleanse%20Ayurveda&tr=INV2026000001&tn=Invoice%20INV-2026-000001&am=548.05&cu=INR",
  );
});

test("When less than a rupee is due, then the amount keeps its leading zero", () => {
  expect(upiLink({ ...payment, amount: paise(5) })).toContain("&am=0.05&");
});

test("When the texts are long, then they are cut to what apps accept", () => {
  const link = upiLink({ ...payment, reference: "A-1/".repeat(30), note: "é".repeat(80) }) ?? "";
  expect(new URL(link).searchParams.get("tr")).toHaveLength(35);
  expect(new URL(link).searchParams.get("tn")).toHaveLength(50);
});

test.each([
  ["nothing is due", { amount: paise(0) }],
  ["more was paid than is due", { amount: paise(-100) }],
  ["the address is not a UPI address", { vpa: "not an address" }],
])("When %s, then there is no link", (_case, change) => {
  expect(upiLink({ ...payment, ...change })).toBeNull();
});
