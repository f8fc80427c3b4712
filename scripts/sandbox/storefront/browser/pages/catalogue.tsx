import { useState } from "preact/hooks";
import { categoriesOf, categoryOf, type Product, productAddress, sizeOf } from "../catalog.js";
import { Page, Price } from "../parts.js";
import { HeroSprig, ProductPicture } from "../picture.js";
import { navigate } from "../router.js";
import { useShop } from "../shop.js";

function Card({ product }: { product: Product }) {
  const [cheapest] = product.variants;
  if (!cheapest) return null;
  const sizes = product.variants.map(({ attributes }) => sizeOf(attributes)).join(" · ");
  return (
    <li>
      <a class="card" href={productAddress(product)}>
        <ProductPicture product={product} />
        <span class="card-category">{categoryOf(product).name}</span>
        <span class="card-name">{product.name}</span>
        <span class="hint">{sizes}</span>
        <Price now={cheapest.salePrice} before={cheapest.mrp} />
      </a>
    </li>
  );
}

const matches = ({ name }: Product, wanted: string): boolean =>
  name.toLowerCase().includes(wanted.toLowerCase());

/** The first page: everything that the shop sells, by category and by name. */
export function Catalogue({ category }: { category: string | null }) {
  const { shop } = useShop();
  const [wanted, setWanted] = useState("");
  const shown = shop.products.filter(
    (product) => (category === null || product.categoryId === category) && matches(product, wanted.trim()),
  );
  const chosen = category === null ? null : categoryOf({ categoryId: category });
  return (
    <Page title={chosen ? chosen.name : "Slow herbs, honestly made"} class="catalogue">
      {chosen ? (
        <p class="lead">{chosen.about}</p>
      ) : (
        <>
          <HeroSprig />
          <p class="lead">
            Ayurvedic remedies, oils and everyday things from small makers across India. Nothing you cannot
            pronounce.
          </p>
          <ul class="offers" aria-label="Offers">
            {shop.offers.map((offer) => (
              <li key={offer}>{offer}</li>
            ))}
          </ul>
        </>
      )}
      <div class="filters">
        <div class="search">
          <label class="visually-hidden" for="search">
            Search the shop
          </label>
          <input
            id="search"
            type="search"
            placeholder="Search, such as amla"
            value={wanted}
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </div>
        <nav class="chips" aria-label="Categories">
          <a href="/" aria-current={category === null ? "page" : undefined}>
            Everything
          </a>
          {categoriesOf(shop.products).map(({ id, name }) => (
            <a key={id} href={`/?category=${id}`} aria-current={category === id ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
      </div>
      {shown.length === 0 ? (
        <p class="empty">
          Nothing on our shelves is called “{wanted}”.{" "}
          <button
            type="button"
            class="plain"
            onClick={() => {
              setWanted("");
              navigate("/");
            }}
          >
            Show everything
          </button>
        </p>
      ) : (
        <ul class="grid">
          {shown.map((product) => (
            <Card key={product.id} product={product} />
          ))}
        </ul>
      )}
    </Page>
  );
}
