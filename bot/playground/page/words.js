// A message as plain words: for lists of messages, and for those who hear the page.

import { isReply } from "./pane.js";
import { writer } from "./message.js";

const LONGEST = 160;

/** The text, else the words of the blocks; without marks, cut to a line. */
export function asText(pane, one) {
  const text = (one.text || wordsOf(one.blocks)).replace(/<([@#!])?([^>|]+)(?:\|([^>]*))?>/g, (whole, sign, target, label) => name(pane, sign, target, label))
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&").replace(/[*_~`]/g, "").replace(/\s+/g, " ").trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function name(pane, sign, target, label) {
  if (sign === "@") return `@${pane.person(target)?.name || label || target}`;
  if (sign === "#") return `#${label || pane.channel(target)?.name || target}`;
  return label || target;
}

function wordsOf(node) {
  if (Array.isArray(node)) return node.map(wordsOf).filter(Boolean).join(" ");
  if (!node || typeof node !== "object") return "";
  if (typeof node.text === "string") return node.text;
  return Object.values(node).map(wordsOf).filter(Boolean).join(" ");
}

/** What came since the last time, in one polite sentence: a few messages by their words, many by their number. */
export function announcement(pane) {
  const channel = pane.current;
  if (!channel || pane.route.home) return "";
  const shown = channel.messages.filter((one) => !isReply(one) || one.broadcast || one.thread_ts === pane.route.thread);
  const last = shown.at(-1)?.ts || "";
  const place = `${pane.me} ${channel.id}`;
  const before = pane.heard?.place === place ? pane.heard.last : last;
  pane.heard = { place, last: last > before ? last : before };
  const fresh = shown.filter((one) => one.ts > before && one.user !== pane.me);
  if (fresh.length) pane.spoken = fresh.length > 3 ? `${fresh.length} new messages` : fresh.map((one) => `${writer(pane, one)}: ${asText(pane, one)}`).join(". ");
  return pane.spoken;
}
