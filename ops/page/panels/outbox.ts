import { actionButton } from "../action.js";
import type { Message, Messages, Summary } from "../api-types.js";
import { bodyOf, chip, fill, h, muted, table } from "../dom.js";
import { ago, duration, plural } from "../format.js";

/** The messages that are not delivered: dead ones can be replayed, pending ones are shown from the oldest. */

export interface Backlog {
  summary: Summary | null;
  dead: Messages | null;
  pending: Messages | null;
}

const headline = ({ outbox }: Summary): HTMLElement =>
  h(
    "p",
    {},
    chip(plural(outbox.dead, "dead message"), outbox.dead > 0 ? "bad" : "good"),
    " ",
    chip(`${outbox.pending} pending`, "plain"),
    " ",
    chip(
      outbox.lagSeconds > 0 ? `${duration(outbox.lagSeconds * 1_000)} behind` : "Nothing due",
      outbox.lagSeconds > 60 ? "bad" : "plain",
    ),
  );

const rowOf = (message: Message, reload: () => void) => [
  [message.type, h("small", { class: "muted key-text" }, message.dedupeKey)],
  [
    chip(message.state, message.state === "dead" ? "bad" : "plain"),
    h("small", { class: "muted" }, `${plural(message.attempts, "attempt")}, stored `, ago(message.createdAt)),
    message.lastError ? h("small", { class: "error-text" }, message.lastError) : null,
  ],
  actionButton<Message>({
    label: "Replay",
    name: `Replay ${message.type}, ${message.dedupeKey}`,
    key: `replay-${message.id}`,
    question: {
      title: `Replay ${message.type}?`,
      text: `The message is delivered again with all its attempts. What has succeeded already is skipped. Key: ${message.dedupeKey}`,
      action: "Replay",
    },
    path: `/api/admin/outbox/${message.id}/replay`,
    told: ({ type }) => ({
      text: `${type} is due again and will be delivered within seconds.`,
      isGood: true,
    }),
    done: reload,
  }),
];

export function showOutbox({ summary, dead, pending }: Backlog, reload: () => void): void {
  const messages = [...(dead?.items ?? []), ...(pending?.items ?? [])];
  const total = (dead?.pagination.total ?? 0) + (pending?.pagination.total ?? 0);
  const list = table({
    caption: "Messages that are not delivered",
    head: ["Message", "State", "Action"],
    rows: messages.map((message) => rowOf(message, reload)),
  });
  fill(
    bodyOf("outbox"),
    summary ? headline(summary) : null,
    messages.length > 0 ? list : h("p", {}, "Every message is delivered."),
    total > messages.length ? muted(`${messages.length} of ${plural(total, "message")}.`) : null,
  );
}
