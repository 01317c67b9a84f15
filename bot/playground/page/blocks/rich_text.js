// rich_text: sections, lists, quotes, preformatted text, and the parts within.

import { h } from "../dom.js";
import { broadcast, channelMention, dateToken, emojiNode, link, plain, userMention } from "../mrkdwn.js";

const PARTS = { rich_text_section: richSection, rich_text_list: richList, rich_text_quote: quote, rich_text_preformatted: preformatted };

export function richText(block) {
  return h("div", { class: "rich-text" }, (block.elements || []).map(drawPart));
}

function drawPart(part) {
  return PARTS[part.type] ? PARTS[part.type](part) : h("div", { class: "unknown-block" }, `Unknown rich text: ${part.type}`);
}

const inline = (part) => (part.elements || []).map(drawInline);

function richSection(part) {
  return h("div", { class: "rich-section" }, inline(part));
}

function quote(part) {
  return h("blockquote", null, inline(part));
}

function preformatted(part) {
  return h("pre", { class: "code-block" }, (part.elements || []).map((one) => one.text || one.url || ""));
}

function richList(part) {
  const indent = { "margin-inline-start": `${(part.indent || 0) * 1.5}em` };
  return h(part.style === "ordered" ? "ol" : "ul", { style: indent, start: part.offset ? part.offset + 1 : undefined },
    (part.elements || []).map((item) => h("li", null, item.type === "rich_text_section" ? inline(item) : drawPart(item))));
}

const INLINE = {
  text: (one) => plain(one.text, false),
  link: (one) => link(one.url, one.text),
  emoji: (one) => (one.unicode ? fromUnicode(one) : emojiNode(one.name)),
  user: (one) => userMention(one.user_id),
  usergroup: (one) => h("span", { class: "mention mention-me" }, `@${one.usergroup_id}`),
  channel: (one) => channelMention(one.channel_id),
  broadcast: (one) => broadcast(one.range),
  date: (one) => dateToken([one.timestamp, one.format, one.url], one.fallback),
  color: (one) => h("code", null, one.value),
  team: (one) => h("span", { class: "mention" }, one.team_id),
};

function fromUnicode(one) {
  const points = one.unicode.split("-").map((code) => parseInt(code, 16));
  return h("span", { class: "emoji", role: "img", "aria-label": one.name }, String.fromCodePoint(...points));
}

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

function drawInline(one) {
  if (!INLINE[one.type]) return h("span", { class: "unknown-block" }, `Unknown rich text: ${one.type}`);
  const marks = Object.keys(STYLES).filter((name) => one.style?.[name]);
  return marks.reduce((inner, name) => h(STYLES[name], null, inner), INLINE[one.type](one));
}
