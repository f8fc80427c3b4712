import { flag, oneOf, text, url, type VariableSpec } from "./variable.js";

export const company: Record<string, VariableSpec> = {
  STORAGE_DRIVER: {
    schema: oneOf("gridfs", "cloudinary"),
    purpose: "where new files are kept: in the database (gridfs), or at Cloudinary",
    example: "gridfs",
    fallback: "gridfs",
  },
  CLOUDINARY_URL: {
    schema: text().pattern(/^cloudinary:\/\/\S+:\S+@\S+$/, "cloudinary://key:secret@cloud"),
    purpose: "the Cloudinary account: for STORAGE_DRIVER=cloudinary, and as long as files are kept there",
    example: "cloudinary://key:secret@cloud",
  },
  COMPANY_NAME: {
    schema: text().max(200),
    purpose: "the seller on invoices",
    example: "Acme Retail Private Limited",
  },
  COMPANY_ADDRESS: {
    schema: text().max(500),
    purpose: "the seller's address on invoices",
    example: "14 Residency Road, Bengaluru 560025",
  },
  COMPANY_STATE: {
    schema: text().max(60),
    purpose: "the seller's state (name or GST code); without it, the first two digits of the GSTIN decide",
    example: "Karnataka",
  },
  COMPANY_GSTIN: {
    schema: text()
      .uppercase()
      .pattern(/^\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]$/, "15 characters of a GSTIN"),
    purpose: "the seller's GST number",
    example: "29AABCV4321K1Z7",
    requiredInProduction: true,
    developmentFallback: "29AABCV4321K1Z7",
  },
  COMPANY_UPI_VPA: {
    schema: text().pattern(/^[\w.-]{2,}@[\w.-]{2,}$/, "name@bank"),
    purpose: "prints a UPI QR code on unpaid invoices",
    example: "acme@okbank",
  },
  INVOICE_LOGO_URL: {
    schema: url(),
    purpose: "the logo on invoices",
    example: "https://cdn.example.com/logo.png",
  },
  INVOICE_ISSUE_ON: {
    schema: oneOf("confirmation", "dispatch"),
    purpose: "when an invoice is issued: confirmation or dispatch of the order",
    example: "confirmation",
    fallback: "confirmation",
  },
  PRICES_INCLUDE_TAX: {
    schema: flag(),
    purpose: "whether prices contain GST (Indian MRPs do); set it explicitly in production",
    example: "true",
    fallback: false,
  },
};
