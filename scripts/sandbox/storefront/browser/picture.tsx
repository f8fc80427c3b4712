import type { JSX } from "preact";
import { categoryOf, type Product } from "./catalog.js";

/** Pictures of the products, drawn from their names: the sandbox has no photos, and the shop needs no network. */

type Shape =
  | "jar"
  | "bottle"
  | "dropper"
  | "tube"
  | "box"
  | "pouch"
  | "bar"
  | "pot"
  | "flask"
  | "comb"
  | "sticks";

const SHAPES: readonly (readonly [words: RegExp, shape: Shape])[] = [
  [/copper-bottle/, "flask"],
  [/comb|tongue-cleaner/, "comb"],
  [/agarbatti/, "sticks"],
  [/soap/, "bar"],
  [/serum|lavender|eucalyptus/, "dropper"],
  [/cream|kumkum$|lip-balm|resin|candle|extract/, "pot"],
  [/toothpaste|face-wash|sunscreen|henna|kajal/, "tube"],
  [/tablets|vati|capsules|gift-box/, "box"],
  [/tea|protein|husk|moringa|ubtan/, "pouch"],
  [/oil|taila|shampoo|conditioner|water|wash|juice|kwath|mouthwash/, "bottle"],
];

const shapeOf = (slug: string): Shape => SHAPES.find(([words]) => words.test(slug))?.[1] ?? "jar";

/** A number from the name: the same product always looks the same. */
const seedOf = (slug: string): number =>
  [...slug].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);

const leaf = (x: number, y: number, length: number, turn: number): JSX.Element => (
  <path
    d={`M0 0 C ${length * 0.28} ${-length * 0.35} ${length * 0.28} ${-length * 0.75} 0 ${-length} C ${-length * 0.28} ${-length * 0.75} ${-length * 0.28} ${-length * 0.35} 0 0Z`}
    transform={`translate(${x} ${y}) rotate(${turn})`}
  />
);

/** Three motifs for labels: a sprig, a flower and a sun. */
function Motif({
  kind,
  x,
  y,
  size,
  colour,
}: {
  kind: number;
  x: number;
  y: number;
  size: number;
  colour: string;
}) {
  const petals = kind === 1 ? 6 : 10;
  return (
    <g transform={`translate(${x} ${y}) scale(${size / 40})`} fill={colour}>
      {kind === 0 ? (
        <>
          <path d="M0 20 V-14" stroke={colour} stroke-width="1.6" fill="none" />
          {leaf(0, 14, 18, 52)}
          {leaf(0, 14, 18, -52)}
          {leaf(0, 2, 16, 46)}
          {leaf(0, 2, 16, -46)}
          {leaf(0, -8, 14, 0)}
        </>
      ) : (
        <>
          {Array.from({ length: petals }, (_, index) => (
            <g key={index}>{leaf(0, 0, kind === 1 ? 20 : 19, (360 / petals) * index)}</g>
          ))}
          <circle r={kind === 1 ? 4 : 8} fill="#fff8e8" />
          <circle r={kind === 1 ? 2.4 : 5.5} />
        </>
      )}
    </g>
  );
}

interface Look {
  colour: string;
  kind: number;
}

const GLASS = "#7a4a1e";
const CAP = "#2b2a25";
const CREAM = "#fffaf0";
const BRASS = "#c99a4b";

const label = (x: number, y: number, width: number, height: number, { colour, kind }: Look): JSX.Element => (
  <>
    <rect x={x} y={y} width={width} height={height} rx="3" fill={CREAM} />
    <rect x={x} y={y} width={width} height={height * 0.16} rx="3" fill={colour} />
    <Motif
      kind={kind}
      x={x + width / 2}
      y={y + height * 0.5}
      size={Math.min(width, height) * 0.62}
      colour={colour}
    />
    <path
      d={`M${x + width * 0.24} ${y + height * 0.86}h${width * 0.52}`}
      stroke={colour}
      stroke-width="2"
      stroke-linecap="round"
    />
  </>
);

const DRAWINGS: Readonly<Record<Shape, (look: Look) => JSX.Element>> = {
  jar: (look) => (
    <>
      <rect x="66" y="44" width="68" height="20" rx="5" fill={BRASS} />
      <path d="M62 66h76c6 0 8 6 8 12v82c0 8-5 12-12 12H66c-7 0-12-4-12-12V78c0-6 2-12 8-12Z" fill={GLASS} />
      {label(60, 88, 80, 70, look)}
    </>
  ),
  bottle: (look) => (
    <>
      <rect x="86" y="22" width="28" height="22" rx="4" fill={CAP} />
      <path
        d="M90 44h20v14c0 8 24 12 24 32v72c0 8-5 12-12 12H78c-7 0-12-4-12-12V90c0-20 24-24 24-32Z"
        fill={GLASS}
      />
      {label(68, 100, 64, 62, look)}
    </>
  ),
  dropper: (look) => (
    <>
      <path d="M92 18c0-6 16-6 16 0v18H92Z" fill={CAP} />
      <rect x="86" y="36" width="28" height="20" rx="3" fill={BRASS} />
      <path
        d="M92 56h16v10c14 3 20 10 20 22v74c0 8-4 12-11 12H83c-7 0-11-4-11-12V88c0-12 6-19 20-22Z"
        fill={GLASS}
      />
      {label(72, 100, 56, 58, look)}
    </>
  ),
  tube: (look) => (
    <>
      <path d="M66 26h68l-10 124H76Z" fill={CREAM} />
      <path d="M66 26h68l-1.2 14H67.2Z" fill={look.colour} opacity="0.25" />
      <rect x="78" y="150" width="44" height="24" rx="4" fill={look.colour} />
      <Motif kind={look.kind} x={100} y={86} size={44} colour={look.colour} />
      <path d="M84 122h32" stroke={look.colour} stroke-width="2.4" stroke-linecap="round" />
    </>
  ),
  box: (look) => (
    <>
      <path d="M56 56l16-16h88l-16 16Z" fill={look.colour} opacity="0.75" />
      <path d="M144 56l16-16v118l-16 16Z" fill={look.colour} opacity="0.9" />
      <rect x="56" y="56" width="88" height="118" fill={CREAM} />
      <rect x="56" y="56" width="88" height="20" fill={look.colour} />
      <Motif kind={look.kind} x={100} y={116} size={54} colour={look.colour} />
      <path d="M76 158h48" stroke={look.colour} stroke-width="2.4" stroke-linecap="round" />
    </>
  ),
  pouch: (look) => (
    <>
      <path d="M60 34h80l6 130c0 7-4 10-10 10H64c-6 0-10-3-10-10Z" fill="#d9c19a" />
      <path d="M60 34h80l.8 16H59.2Z" fill="#c4a878" />
      {label(68, 68, 64, 84, look)}
    </>
  ),
  bar: (look) => (
    <>
      <path d="M40 92c0-7 5-12 12-12h96c7 0 12 5 12 12v44c0 7-5 12-12 12H52c-7 0-12-5-12-12Z" fill={CREAM} />
      <rect x="70" y="80" width="60" height="68" fill={look.colour} />
      <Motif kind={look.kind} x={100} y={114} size={44} colour="#fff3d9" />
    </>
  ),
  pot: (look) => (
    <>
      <rect x="52" y="74" width="96" height="28" rx="7" fill={BRASS} />
      <path d="M56 102h88v50c0 12-8 20-20 20H76c-12 0-20-8-20-20Z" fill={CREAM} />
      <Motif kind={look.kind} x={100} y={136} size={42} colour={look.colour} />
    </>
  ),
  flask: () => (
    <>
      <rect x="84" y="18" width="32" height="24" rx="4" fill="#8f4b22" />
      <path
        d="M88 42h24v16c14 4 20 12 20 24v82c0 7-4 10-10 10H78c-6 0-10-3-10-10V82c0-12 6-20 20-24Z"
        fill="#c7743f"
      />
      <path d="M80 84v78" stroke="#e9a878" stroke-width="5" stroke-linecap="round" />
      {[96, 108, 120].map((y) => (
        <path key={y} d={`M92 ${y}h32`} stroke="#a85c2c" stroke-width="2" />
      ))}
    </>
  ),
  comb: () => (
    <g transform="rotate(-18 100 100)">
      <path d="M36 76c0-14 10-20 24-20h80c14 0 24 6 24 20v14H36Z" fill="#b27a43" />
      {Array.from({ length: 15 }, (_, index) => (
        <rect key={index} x={39 + index * 8.2} y="90" width="4.6" height="52" rx="2" fill="#b27a43" />
      ))}
      <path d="M52 68h96" stroke="#d8a873" stroke-width="3" stroke-linecap="round" />
    </g>
  ),
  sticks: (look) => (
    <>
      {[-3, -2, -1, 0, 1, 2, 3].map((index) => (
        <path
          key={index}
          d={`M${100 + index * 6} 80 L${100 + index * 13} 22`}
          stroke="#5f3a22"
          stroke-width="4"
          stroke-linecap="round"
        />
      ))}
      <rect x="66" y="72" width="68" height="102" rx="5" fill={look.colour} />
      <rect x="74" y="92" width="52" height="62" rx="3" fill={CREAM} />
      <Motif kind={look.kind} x={100} y={123} size={38} colour={look.colour} />
    </>
  ),
};

/** Decorative beside the product's name; screen readers skip it. */
export function ProductPicture({ product }: { product: Product | undefined }) {
  const slug = product?.slug ?? "gift";
  const { tint, colour } = categoryOf(product ?? { categoryId: "" });
  const seed = seedOf(slug);
  const look: Look = { colour, kind: seed % 3 };
  const turn = (seed % 40) - 20;
  return (
    <svg class="picture" viewBox="0 0 200 200" aria-hidden="true" focusable="false">
      <rect width="200" height="200" fill={tint} />
      <circle cx={seed % 2 === 0 ? 128 : 72} cy="84" r="66" fill="#fffaf0" opacity="0.5" />
      <g fill={colour} opacity="0.16">
        {leaf(22, 196, 92, 18 + turn)}
        {leaf(26, 200, 70, 58 + turn / 2)}
        {leaf(182, 198, 84, -22 + turn)}
      </g>
      <ellipse cx="100" cy="176" rx="56" ry="6" fill="#2b2a25" opacity="0.16" />
      {DRAWINGS[shapeOf(slug)](look)}
    </svg>
  );
}

/** The shop's mark. */
export const Mark = () => (
  <svg class="mark" viewBox="-24 -24 48 48" aria-hidden="true" focusable="false">
    <circle r="23" fill="#1f4d3a" />
    <g fill="#f3d9a4">
      {leaf(0, 15, 30, 0)}
      {leaf(0, 15, 24, 44)}
      {leaf(0, 15, 24, -44)}
    </g>
  </svg>
);

/** Behind the title of the first page. */
export const HeroSprig = () => (
  <svg class="sprig" viewBox="0 0 320 300" aria-hidden="true" focusable="false">
    <circle cx="180" cy="140" r="118" fill="#f0c77c" opacity="0.5" />
    <path
      d="M172 300 C 168 210 176 120 196 36"
      stroke="#1f4d3a"
      stroke-width="5"
      fill="none"
      stroke-linecap="round"
    />
    <g fill="#1f4d3a">
      {leaf(172, 250, 96, 62)}
      {leaf(172, 238, 104, -58)}
      {leaf(176, 182, 88, 58)}
      {leaf(176, 172, 94, -52)}
      {leaf(184, 116, 72, 54)}
      {leaf(184, 108, 76, -44)}
      {leaf(195, 50, 58, 12)}
    </g>
    <g fill="#c8811a">
      {Array.from({ length: 8 }, (_, index) => (
        <g key={index}>{leaf(254, 214, 34, 45 * index)}</g>
      ))}
      <circle cx="254" cy="214" r="10" fill="#fff3d9" />
    </g>
  </svg>
);
