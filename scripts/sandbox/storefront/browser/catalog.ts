/** What the shop sells, from the small read-only endpoint of its own server: `GET /shop.json`. */

export interface Variant {
  id: string;
  name: string;
  attributes: Record<string, string>;
  salePrice: number;
  mrp: number;
  maxPerOrder?: number;
}

export interface Product {
  id: string;
  slug: string;
  name: string;
  categoryId: string;
  isReturnable: boolean;
  variants: Variant[];
}

export interface Shop {
  /** Addresses of the order service and of the gateway's payment page. */
  serviceUrl: string;
  gatewayUrl: string;
  products: Product[];
  offers: string[];
  customers: { key: string; name: string; about: string }[];
}

interface Category {
  name: string;
  about: string;
  /** The background of its pictures, and the colour of its labels. */
  tint: string;
  colour: string;
}

const OTHER: Category = { name: "More", about: "From our shelves.", tint: "#efe7d6", colour: "#6b5a33" };

const CATEGORIES: Readonly<Record<string, Category>> = {
  "cat-medicines": {
    name: "Classical remedies",
    about:
      "Made to the recipes of the classical texts, in small batches, with the batch number on every pack.",
    tint: "#dfe8d8",
    colour: "#2f5a3c",
  },
  "cat-herbs": {
    name: "Herb powders",
    about: "Single herbs, shade dried and stone ground. Nothing is added.",
    tint: "#e6ead2",
    colour: "#55702c",
  },
  "cat-supplements": {
    name: "Daily strength",
    about: "Simple foods for busy days, tested for purity in an independent laboratory.",
    tint: "#f1e2c8",
    colour: "#8a5a1c",
  },
  "cat-skin": {
    name: "Skin",
    about: "Cold infused oils and flower waters for the face, without mineral oil or artificial scent.",
    tint: "#f4dfd6",
    colour: "#9a4a3c",
  },
  "cat-hair": {
    name: "Hair",
    about: "Slow cooked in sesame and coconut oil, the way grandmothers do it.",
    tint: "#e0e3d4",
    colour: "#3f4b2f",
  },
  "cat-bath": {
    name: "Bath",
    about: "Soaps and washes that leave the skin calm, and the drain clean.",
    tint: "#dbe7e4",
    colour: "#2f6560",
  },
  "cat-oral": {
    name: "Oral care",
    about: "Clove, neem and salt: what has kept teeth clean for centuries.",
    tint: "#dcebe6",
    colour: "#2c6a58",
  },
  "cat-essential-oils": {
    name: "Essential oils",
    about: "Steam distilled near the fields, bottled in amber glass.",
    tint: "#e6def0",
    colour: "#5d4a80",
  },
  "cat-oils": {
    name: "Cold pressed oils",
    about: "Pressed in a wooden ghani below 45 °C, and filtered through cloth.",
    tint: "#f3e8c6",
    colour: "#8b6a14",
  },
  "cat-tea": {
    name: "Tea",
    about: "Whole leaves and whole flowers, packed within a week of drying.",
    tint: "#e2ead0",
    colour: "#4f6b25",
  },
  "cat-food": {
    name: "Pantry",
    about: "From small farms that we visit ourselves.",
    tint: "#f6e6bf",
    colour: "#94600f",
  },
  "cat-puja": {
    name: "Puja",
    about: "Flowers, resins and colours for the quiet minutes of the day.",
    tint: "#f5dcc9",
    colour: "#a3431d",
  },
  "cat-home": {
    name: "Home",
    about: "Copper, wood and wax, made by hand to be used every day.",
    tint: "#efdfd0",
    colour: "#85492a",
  },
};

export const categoryOf = ({ categoryId }: Pick<Product, "categoryId">): Category =>
  CATEGORIES[categoryId] ?? OTHER;

/** In the order of the shelf, each once. */
export const categoriesOf = (products: readonly Product[]): { id: string; name: string }[] =>
  [...new Set(products.map(({ categoryId }) => categoryId))].map((id) => ({
    id,
    name: categoryOf({ categoryId: id }).name,
  }));

export const productAddress = ({ slug }: Pick<Product, "slug">): string => `/products/${slug}`;

/** `100g` → `100 g` */
export const sizeOf = (attributes: Readonly<Record<string, string>>): string =>
  (attributes.size ?? "").replace(/^(\d+)(g|kg|ml|l)$/, "$1 $2");
