/** Size, price and MRP in rupees, weight in grams with packing. */
export type VariantRow = readonly [size: string, salePrice: number, mrp: number, weightGrams: number];

export interface ProductRow {
  /** `prod-<slug>`; its variants are `var-<slug>-<size>`. */
  slug: string;
  name: string;
  category: string;
  hsnCode: string;
  /** Per cent. */
  gstRate: 0 | 5 | 18;
  variants: readonly VariantRow[];
  sellerId?: string;
  isReturnable?: false;
  status?: "inactive";
  maxPerOrder?: number;
}

const BOTANICS = { sellerId: "seller-veda-botanics" };
const ORGANICS = { sellerId: "seller-vana-organics" };
const FINAL_SALE = { isReturnable: false } as const;

const row = (
  slug: string,
  name: string,
  [category, hsnCode, gstRate]: readonly [string, string, 0 | 5 | 18],
  variants: readonly VariantRow[],
  extra: Partial<ProductRow> = {},
): ProductRow => ({ slug, name, category, hsnCode, gstRate, variants, ...extra });

const MEDICINE = ["cat-medicines", "30049011", 5] as const;
const HERB = ["cat-herbs", "12119099", 5] as const;
const SKIN = ["cat-skin", "33049910", 18] as const;
const ESSENTIAL_OIL = ["cat-essential-oils", "33012990", 18] as const;
const SUPPLEMENT = ["cat-supplements", "21069099", 5] as const;

/** The products of the shop: ayurveda, with all current GST rates (nil, 5, 18 %). */
export const PRODUCT_ROWS: readonly ProductRow[] = [
  row("ashwagandha-churna", "Ashwagandha Churna", MEDICINE, [
    ["100g", 199, 249, 130],
    ["250g", 449, 549, 290],
    ["500g", 799, 999, 560],
  ]),
  row("triphala-churna", "Triphala Churna", MEDICINE, [
    ["100g", 149, 180, 130],
    ["250g", 329, 399, 290],
  ]),
  row("triphala-tablets", "Triphala Tablets", MEDICINE, [["60-tablets", 185, 220, 90]]),
  row("chyawanprash", "Chyawanprash Special", MEDICINE, [
    ["500g", 349, 395, 640],
    ["1kg", 625, 720, 1180],
  ]),
  row("dashmool-kwath", "Dashmool Kwath", MEDICINE, [["450ml", 210, 240, 580]], BOTANICS),
  row("mahanarayan-taila", "Mahanarayan Taila", MEDICINE, [
    ["100ml", 240, 275, 160],
    ["200ml", 449, 520, 290],
  ]),
  row("brahmi-vati", "Brahmi Vati", MEDICINE, [["40-tablets", 165, 190, 70]]),
  row("arjuna-capsules", "Arjuna Capsules", MEDICINE, [["60-capsules", 299, 350, 95]], BOTANICS),
  row("shatavari-kalpa", "Shatavari Kalpa", MEDICINE, [["200g", 285, 320, 250]]),
  row("giloy-tablets", "Giloy Ghan Vati", MEDICINE, [["60-tablets", 175.5, 199, 85]]),
  row("tulsi-leaf", "Tulsi Leaf Powder", HERB, [["100g", 129, 160, 125]], ORGANICS),
  row("neem-powder", "Neem Leaf Powder", HERB, [["100g", 119, 150, 125]], ORGANICS),
  row("amla-powder", "Amla Powder", HERB, [
    ["100g", 99, 125, 125],
    ["500g", 415, 499, 550],
  ]),
  row("moringa-powder", "Moringa Leaf Powder", HERB, [["200g", 245, 299, 235]], ORGANICS),
  row("isabgol-husk", "Isabgol Husk", ["cat-herbs", "12119032", 5], [["200g", 189, 215, 240]], FINAL_SALE),
  row("guggul-extract", "Guggul Extract", ["cat-herbs", "13021919", 5], [["50g", 399, 450, 75]], BOTANICS),
  row(
    "bhringraj-hair-oil",
    "Bhringraj Hair Oil",
    ["cat-hair", "33059011", 5],
    [
      ["100ml", 299, 349, 155],
      ["200ml", 549, 649, 280],
    ],
  ),
  row("amla-shampoo", "Amla Shikakai Shampoo", ["cat-hair", "33051090", 5], [["200ml", 275, 320, 250]]),
  row(
    "hibiscus-conditioner",
    "Hibiscus Conditioner",
    ["cat-hair", "33059090", 18],
    [["200ml", 325, 375, 250]],
  ),
  row("henna-cone", "Mehendi Cone", ["cat-hair", "33059040", 5], [["pack-of-6", 120, 150, 210]], FINAL_SALE),
  row(
    "kumkumadi-serum",
    "Kumkumadi Face Serum",
    SKIN,
    [
      ["15ml", 899, 1099, 60],
      ["30ml", 1599, 1999, 95],
    ],
    {
      maxPerOrder: 2,
    },
  ),
  row("saffron-face-cream", "Saffron Face Cream", SKIN, [["50g", 649, 749, 110]]),
  row("ubtan-powder", "Bridal Ubtan", SKIN, [["100g", 249, 299, 130]], ORGANICS),
  row("sandal-sunscreen", "Sandal Sunscreen SPF 30", SKIN, [["75ml", 425, 499, 115]]),
  row("rose-lip-balm", "Rose Lip Balm", ["cat-skin", "33041000", 18], [["8g", 149, 175, 25]]),
  row("kajal", "Almond Kajal", ["cat-skin", "33049990", 0], [["3g", 180, 220, 20]], FINAL_SALE),
  row("kumkum", "Pure Kumkum", ["cat-puja", "33049940", 0], [["50g", 85, 100, 65]]),
  row("rose-water", "Steam Distilled Rose Water", ["cat-skin", "33030020", 18], [["200ml", 199, 240, 245]]),
  row(
    "clove-toothpaste",
    "Clove Toothpaste",
    ["cat-oral", "33061020", 5],
    [["150g", 110, 130, 185]],
    FINAL_SALE,
  ),
  row("tooth-powder", "Neem Tooth Powder", ["cat-oral", "33061010", 5], [["100g", 95, 115, 130]], FINAL_SALE),
  row(
    "herbal-mouthwash",
    "Herbal Mouthwash",
    ["cat-oral", "33069000", 18],
    [["250ml", 189, 225, 300]],
    FINAL_SALE,
  ),
  row(
    "sandal-soap",
    "Mysore Sandal Soap Bar",
    ["cat-bath", "34011190", 5],
    [
      ["125g", 75, 90, 145],
      ["pack-of-3", 210, 270, 420],
    ],
  ),
  row("neem-face-wash", "Neem Face Wash", ["cat-bath", "34013011", 18], [["100ml", 165, 199, 140]]),
  row("body-wash", "Vetiver Body Wash", ["cat-bath", "34013019", 18], [["250ml", 299, 349, 300]]),
  row("lavender-oil", "Lavender Essential Oil", ESSENTIAL_OIL, [["15ml", 399, 499, 60]], ORGANICS),
  row("eucalyptus-oil", "Eucalyptus Essential Oil", ESSENTIAL_OIL, [["15ml", 249, 299, 60]], ORGANICS),
  row("coconut-oil", "Cold Pressed Coconut Oil", ["cat-oils", "15131900", 5], [["500ml", 385, 450, 560]]),
  row("sesame-oil", "Cold Pressed Sesame Oil", ["cat-oils", "15155091", 5], [["500ml", 365, 420, 560]]),
  row("castor-oil", "Castor Oil", ["cat-oils", "15153090", 5], [["200ml", 199, 235, 240]], BOTANICS),
  row(
    "tulsi-green-tea",
    "Tulsi Green Tea",
    ["cat-tea", "09021010", 5],
    [
      ["25-bags", 175, 210, 70],
      ["100g", 299, 349, 130],
    ],
  ),
  row(
    "a2-ghee",
    "A2 Cow Ghee",
    ["cat-food", "04059020", 5],
    [
      ["500ml", 849, 999, 620],
      ["1l", 1599, 1850, 1150],
    ],
    FINAL_SALE,
  ),
  row(
    "forest-honey",
    "Wild Forest Honey",
    ["cat-food", "04090000", 5],
    [["500g", 425, 499, 720]],
    FINAL_SALE,
  ),
  row("amla-juice", "Amla Juice", ["cat-food", "20098990", 5], [["1l", 245, 280, 1120]], FINAL_SALE),
  row("plant-protein", "Plant Protein Vanilla", SUPPLEMENT, [["500g", 1299, 1599, 620]]),
  row("shilajit-resin", "Himalayan Shilajit Resin", SUPPLEMENT, [["20g", 1199, 1499, 80]], BOTANICS),
  row("agarbatti", "Mogra Agarbatti", ["cat-puja", "33074100", 5], [["100-sticks", 120, 150, 160]]),
  row("copper-bottle", "Copper Water Bottle", ["cat-home", "74181022", 5], [["950ml", 899, 1199, 420]]),
  row(
    "copper-tongue-cleaner",
    "Copper Tongue Cleaner",
    ["cat-home", "74182010", 5],
    [["single", 99, 149, 35]],
    FINAL_SALE,
  ),
  row("neem-comb", "Neem Wood Comb", ["cat-home", "96151900", 5], [["single", 149, 199, 60]]),
  row("soy-candle", "Sandal Soy Candle", ["cat-home", "34060010", 5], [["200g", 449, 549, 380]]),
  row("winter-gift-box", "Winter Gift Box 2025", SUPPLEMENT, [["single", 1999, 2499, 1400]], {
    status: "inactive",
  }),
];
