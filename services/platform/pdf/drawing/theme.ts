import type { TemplateColours } from "../../../../models/index.js";
import type { Box, TextStyle } from "./canvas.js";

/** A4, in points. */
export const PAGE = { width: 595.28, height: 841.89 } as const;
const MARGIN = 36;

/** The area of the contents, between the margins. */
export const CONTENT: Readonly<Box> = {
  x: MARGIN,
  y: MARGIN,
  width: PAGE.width - 2 * MARGIN,
  height: PAGE.height - 2 * MARGIN,
};

export interface Theme {
  primary: string;
  /** Readable on `primary`. */
  onPrimary: string;
  /** `primary` for letters on white: where it is too light to be read, the colour of text. */
  accent: string;
  text: string;
  /** Labels and secondary text. */
  muted: string;
  /** Background of panels: a breath of `primary`. */
  tint: string;
  line: string;
}

type Rgb = readonly [number, number, number];
const WHITE: Rgb = [255, 255, 255];

const toRgb = (colour: string): Rgb => {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

const toHex = (rgb: Rgb): string =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** Some of a colour on white paper. */
const onWhite = (colour: string, share: number): string => {
  const [red, green, blue] = toRgb(colour);
  const blend = (part: number, white: number) => part * share + white * (1 - share);
  return toHex([blend(red, WHITE[0]), blend(green, WHITE[1]), blend(blue, WHITE[2])]);
};

/** Relative luminance (WCAG 2): 0 is black, 1 is white. */
function luminance(colour: string): number {
  const [red, green, blue] = toRgb(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

/** Above it black text has more contrast than white text. */
const LIGHT = 0.179;
/** Up to it letters on white have a contrast of 3 : 1. */
const READABLE = 0.3;

export function toTheme({ primary, text }: TemplateColours): Theme {
  return {
    primary,
    text,
    accent: luminance(primary) > READABLE ? text : primary,
    onPrimary: luminance(primary) > LIGHT ? "#000000" : "#ffffff",
    muted: onWhite(text, 0.66),
    tint: onWhite(primary, 0.07),
    line: onWhite(primary, 0.3),
  };
}

/** The sizes of text, in points. */
export const SIZES = { title: 17, name: 14, heading: 9, body: 8, small: 7 } as const;

export const body = (theme: Theme): TextStyle => ({ size: SIZES.body, colour: theme.text });
export const bold = (theme: Theme): TextStyle => ({ ...body(theme), bold: true });
export const muted = (theme: Theme): TextStyle => ({ size: SIZES.body, colour: theme.muted });
export const label = (theme: Theme): TextStyle => ({ size: SIZES.small, bold: true, colour: theme.accent });
