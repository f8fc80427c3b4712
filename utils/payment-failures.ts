import type { PaymentNextStep } from "./constants.js";

/** What a customer reads after a failed payment. The gateway's own text speaks to merchants, or quotes the bank. */
export const NEXT_STEP_MESSAGES: Record<PaymentNextStep, string> = {
  try_again: "The payment was not completed. Try again",
  check_details: "The payment details were not accepted. Check them and try again",
  other_method: "This payment method cannot be used at the moment. Choose another one",
  contact_bank: "Your bank declined the payment. Contact the bank, or choose another payment method",
  contact_support: "The payment could not be completed. Contact us before you try again",
};

export interface FailedPayment {
  /** Null: the payment did not fail at the gateway. */
  nextStep?: PaymentNextStep | null;
  errorMessage: string | null;
}

/** @returns a sentence for the customer; null when the payment has not failed */
export const failureMessageOf = ({ nextStep, errorMessage }: FailedPayment): string | null =>
  nextStep ? NEXT_STEP_MESSAGES[nextStep] : errorMessage;
