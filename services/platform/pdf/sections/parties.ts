import type { AddressSnapshot } from "../../../../models/index.js";
import { findState } from "../../../../utils/gst/states.js";
import { lineHeight } from "../drawing/canvas.js";
import { body, bold, CONTENT, label, type Theme } from "../drawing/theme.js";
import { type Block, besides, type Draw, type Row, rowBlocks, rowsOf, space } from "../layout/blocks.js";
import type { PrintedDocument } from "../pdf.types.js";

const PADDING = 8;
const GAP = 16;
const WIDTH = (CONTENT.width - 2 * PADDING - GAP) / 2;
const BILL_TO = { x: CONTENT.x + PADDING, width: WIDTH } as const;
const SHIP_TO = { x: CONTENT.x + PADDING + WIDTH + GAP, width: WIDTH } as const;
type Place = typeof BILL_TO | typeof SHIP_TO;

/** Who buys and where the goods go, side by side on a tinted panel. */
export function parties({ invoice }: PrintedDocument, theme: Theme): Block[] {
  const { billingAddress, buyer } = invoice;
  const gstin = buyer.gstin ?? invoice.gstin;
  const panel = (height: number): Draw => {
    return (canvas, y) =>
      canvas.fill({ x: CONTENT.x, y, width: CONTENT.width, height: height + 0.2 }, theme.tint);
  };
  const bill = [
    ...rowsOf("BILL TO", label(theme), BILL_TO),
    ...addressRows({ ...billingAddress, name: buyer.name || billingAddress.name }, BILL_TO, theme),
    ...(gstin ? rowsOf(`GSTIN: ${gstin}${buyer.isSez ? " (SEZ)" : ""}`, bold(theme), BILL_TO) : []),
  ];
  const ship = [
    ...rowsOf("SHIP TO", label(theme), SHIP_TO),
    ...addressRows(invoice.shippingAddress ?? billingAddress, SHIP_TO, theme),
  ];
  const height = lineHeight(body(theme));
  return [
    space(10),
    space(PADDING - 2, panel(PADDING - 2)),
    ...rowBlocks(besides([bill, ship]), height, panel(height)),
    space(PADDING - 2, panel(PADDING - 2)),
  ];
}

function addressRows(address: AddressSnapshot, place: Place, theme: Theme): Row[] {
  const { line1, line2, landmark, city, pincode, state } = address;
  const code = findState(state)?.code;
  return [
    ...rowsOf(address.name, bold(theme), place),
    ...[line1, line2, landmark, `${city} ${pincode}`].flatMap((line) =>
      rowsOf(line ?? "", body(theme), place),
    ),
    ...rowsOf(`State: ${code ? `${code}-` : ""}${state}`, body(theme), place),
    ...rowsOf(`Phone: ${address.phone}`, body(theme), place),
  ];
}
