// rich_text: sections, lists, quotes, preformatted text, and the parts within.

import { h } from "../dom.js";
import { broadcast, channelMention, dateToken, emojiNode, link, plain, userMention } from "../mrkdwn.js";

const PARTS = { rich_text_section: richSection, rich_text_list: richList, rich_text_quote: quote, rich_text_preformatted: preformatted };

export function richText(block, ctx) {
  return h("div", { class: "rich-text" }, (block.elements || []).map((part) => drawPart(part, ctx.pane)));
}

function drawPart(part, pane) {
  return PARTS[part.type] ? PARTS[part.type](part, pane) : h("div", { class: "unknown-block" }, `Unknown rich text: ${part.type}`);
}

const inline = (part, pane) => (part.elements || []).map((one) => drawInline(one, pane));

function richSection(part, pane) {
  return h("div", { class: "rich-section" }, inline(part, pane));
}

function quote(part, pane) {
  return h("blockquote", null, inline(part, pane));
}

function preformatted(part) {
  return h("pre", { class: "code-block" }, (part.elements || []).map((one) => one.text || one.url || ""));
}

function richList(part, pane) {
  const indent = { "margin-inline-start": `${(part.indent || 0) * 1.5}em` };
  return h(part.style === "ordered" ? "ol" : "ul", { style: indent, start: part.offset ? part.offset + 1 : undefined },
    (part.elements || []).map((item) => h("li", null, item.type === "rich_text_section" ? inline(item, pane) : drawPart(item, pane))));
}

const INLINE = {
  text: (one) => plain(one.text, false),
  link: (one, pane) => link(pane, one.url, one.text),
  emoji: (one) => (one.unicode ? fromUnicode(one) : emojiNode(one.name)),
  user: (one, pane) => userMention(pane, one.user_id),
  usergroup: (one) => h("span", { class: "mention mention-me" }, `@${one.usergroup_id}`),
  channel: (one, pane) => channelMention(pane, one.channel_id),
  broadcast: (one) => broadcast(one.range),
  date: (one, pane) => dateToken(pane, [one.timestamp, one.format, one.url], one.fallback),
  color: (one) => h("code", null, one.value),
  team: (one) => h("span", { class: "mention" }, one.team_id),
};

function fromUnicode(one) {
  const points = one.unicode.split("-").map((code) => parseInt(code, 16));
  return h("span", { class: "emoji", role: "img", "aria-label": one.name }, String.fromCodePoint(...points));
}

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function drawInline(one, pane) {
  if (!INLINE[one.type]) return h("span", { class: "unknown-block" }, `Unknown rich text: ${one.type}`);
  const marks = Object.keys(STYLES).filter((name) => one.style?.[name]);
  return marks.reduce((inner, name) => h(STYLES[name], null, inner), INLINE[one.type](one, pane));
}
