/**
 * Names of seeded entities for tests, the demo and curl. Products are `prod-<slug>`, variants
 * `var-<slug>-<size>`; `product-rows.ts` has all of them.
 */
export const SEED = {
  products: {
    ashwagandha: "prod-ashwagandha-churna",
    hairOil: "prod-bhringraj-hair-oil",
    serum: "prod-kumkumadi-serum",
    kajal: "prod-kajal",
    inactive: "prod-winter-gift-box",
  },
  variants: {
    /** ₹199, 5 % */
    ashwagandha: "var-ashwagandha-churna-100g",
    /** ₹449, 5 % */
    ashwagandhaLarge: "var-ashwagandha-churna-250g",
    /** ₹299, 5 % */
    hairOil: "var-bhringraj-hair-oil-100ml",
    /** ₹325, 18 % */
    conditioner: "var-hibiscus-conditioner-200ml",
    /** ₹180, nil rated, cannot be returned */
    kajal: "var-kajal-3g",
    /** ₹899, 18 %, at most 2 per order */
    serum: "var-kumkumadi-serum-15ml",
    /** ₹175.50, for odd paise */
    giloy: "var-giloy-tablets-60-tablets",
    /** ₹129, seller Vana Organics */
    tulsi: "var-tulsi-leaf-100g",
    /** ₹210, seller Veda Botanics */
    dashmool: "var-dashmool-kwath-450ml",
    outOfStock: "var-shatavari-kalpa-200g",
    lastUnit: "var-saffron-face-cream-50g",
    lowStock: "var-guggul-extract-50g",
    inactive: "var-winter-gift-box-single",
    giftLipBalm: "var-rose-lip-balm-8g",
  },
  /** The product of each variant above begins with the same slug. */
  coupons: {
    /** 10 %, at most ₹300, stackable */
    WELCOME10: "WELCOME10",
    /** ₹100 off from ₹499, not stackable */
    FLAT100: "FLAT100",
    /** free shipping, stackable */
    FREESHIP: "FREESHIP",
    /** ₹50 off, one use in total */
    LASTONE: "LASTONE",
    /** 20 %, once per user */
    ONCE20: "ONCE20",
    /** ₹500 from ₹5,000 */
    BIG500: "BIG500",
    /** 15 % of hair products, stackable */
    HAIR15: "HAIR15",
    EXPIRED5: "EXPIRED5",
  },
  promotions: {
    /** From this subtotal (rupees), a rose lip balm is a free gift. */
    giftThreshold: 1_499,
    giftRuleId: "gift-lip-balm",
    /** ₹100 off from this subtotal. */
    automaticThreshold: 2_000,
    automaticId: "auto-festive-100",
    /** 3 % off from this subtotal. */
    silverThreshold: 3_000,
    /** 5 % off from this subtotal. */
    goldThreshold: 5_000,
  },
  users: {
    /** Bengaluru, the company's own state; no points, no credit */
    asha: "user-asha",
    /** Mumbai, 1,000 points */
    bharat: "user-bharat",
    /** Delhi, ₹500 credit */
    chitra: "user-chitra",
    /** Chandigarh (UTGST), 4,000 points and ₹5,000 credit */
    dev: "user-dev",
    /** Gangtok (no COD), 40 points, ₹25.50 credit */
    esha: "user-esha",
    disabled: "user-disabled",
  },
  admins: {
    admin: "admin-admin",
    second: "admin-second",
    finance: "admin-finance",
    support: "admin-support",
    fulfilment: "admin-fulfilment",
    viewer: "admin-viewer",
    service: "admin-service",
  },
  sellers: { botanics: "seller-veda-botanics", organics: "seller-vana-organics" },
  pincodes: {
    bengaluru: "560001",
    mumbai: "400001",
    delhi: "110001",
    chandigarh: "160017",
    /** Serviceable, no cash on delivery (Gangtok). */
    noCod: "737101",
    /** Lakshadweep: known, but without delivery. */
    unserviceable: "682555",
    /** In no state's range. */
    unknown: "999999",
  },
  shippingMethods: { standard: "standard", express: "express", sameDay: "same-day" },
} as const;
