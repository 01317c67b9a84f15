// Slack's mrkdwn as elements. The text arrives escaped (&amp; &lt; &gt;), and
// everything live is written as <…>; nothing in it can become markup here.

import { h, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { slackDate } from "./dates.js";
import { nameOf } from "./state.js";
import { followMessageLink, messageLink } from "./route.js";
import { fileAt, view } from "./viewer.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

export function mrkdwn(pane, text, { verbatim = false } = {}) {
  const parts = String(text ?? "").split(/```\n?([\s\S]+?)\n?```/);
  return parts.map((part, index) => (index % 2 ? h("pre", { class: "code-block" }, codeText(part)) : lines(pane, part, verbatim)));
}

function codeText(text) {
  return unescape(text.replace(/<([^<>|\s]+)(?:\|([^<>]*))?>/g, (whole, target, label) => label || target));
}

function lines(pane, text, verbatim) {
  const out = [];
  let quote = [];
  const flush = () => {
    if (quote.length) out.push(h("blockquote", null, joined(pane, quote, verbatim)));
    quote = [];
  };
  let plain = [];
  const flushPlain = () => {
    if (plain.length) out.push(h("span", { class: "lines" }, joined(pane, plain, verbatim)));
    plain = [];
  };
  for (const line of text === "" ? [] : text.split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) flushPlain(), quote.push(quoted[1]);
    else flush(), plain.push(line);
  }
  flush();
  flushPlain();
  return out;
}

function joined(pane, list, verbatim) {
  return list.map((line, index) => [index ? h("br") : null, inline(pane, line, verbatim)]);
}

// A marker opens after a non-word character and closes before one, so that
// snake_case and 2*3*4 stay as they are.
const INLINE = new RegExp([
  "`(?<code>[^`\\n]+)`",
  "<(?<live>[^<>\\n]+)>",
  ":(?<emoji>[a-z0-9_+-]+):",
  "(?<![\\w*])\\*(?=[^\\s*])(?<bold>(?:<[^>]*>|[^*\\n])+?)(?<!\\s)\\*(?![\\w*])",
  "(?<![\\w_])_(?=[^\\s_])(?<italic>(?:<[^>]*>|:[a-z0-9_+-]+:|[^_\\n]|_(?=\\w))+?)(?<!\\s)_(?![\\w_])",
  "(?<![\\w~])~(?=[^\\s~])(?<strike>(?:<[^>]*>|[^~\\n])+?)(?<!\\s)~(?![\\w~])",
  "(?<bare>https?:\\/\\/[^\\s<>|]*[^\\s<>|.,;:!?)\\]'\"])",
].join("|"), "g");

const WRAPPERS = { bold: "strong", italic: "em", strike: "s" };

function inline(pane, text, verbatim) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    out.push(unescape(text.slice(from, match.index)), token(pane, match, verbatim));
    from = match.index + match[0].length;
  }
  out.push(unescape(text.slice(from)));
  return out.filter((part) => part !== "");
}

function token(pane, match, verbatim) {
  const [kind, body] = Object.entries(match.groups).find(([, value]) => value !== undefined);
  if (WRAPPERS[kind]) return h(WRAPPERS[kind], null, inline(pane, body, verbatim));
  if (kind === "code") return h("code", null, codeText(body));
  if (kind === "emoji") return emojiNode(body);
  if (kind === "bare") return verbatim ? unescape(body) : link(pane, unescape(body));
  return live(pane, body);
}

export function emojiNode(name) {
  const sign = emoji(name);
  return sign ? h("span", { class: "emoji", role: "img", "aria-label": name.replace(/_/g, " ") }, sign) : `:${name}:`;
}

function live(pane, body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target[0] === "@") return userMention(pane, target.slice(1), label);
  if (target[0] === "#") return channelMention(pane, target.slice(1), label);
  if (target[0] === "!") return special(pane, target.slice(1), label);
  return link(pane, unescape(target), label);
}

export function userMention(pane, id, label) {
  const one = pane.person(id);
  const name = one ? nameOf(one) : label || id;
  return h("span", { class: id === pane.me ? "mention mention-me" : "mention" }, `@${name}`);
}

export function channelMention(pane, id, label) {
  const found = pane.channel(id);
  if (!found) return h("span", { class: "mention" }, `#${label || "private channel"}`);
  return h("button", { type: "button", class: "mention mention-link", onclick: () => pane.openChannel(id) }, `#${found.name}`);
}

export function broadcast(range) {
  return h("span", { class: "mention mention-me" }, `@${range}`);
}

function special(pane, target, label) {
  const [kind, ...rest] = target.split("^");
  if (kind === "date") return dateToken(pane, rest, label);
  if (["here", "channel", "everyone"].includes(kind)) return broadcast(kind);
  if (kind === "subteam") return h("span", { class: "mention mention-me" }, label || `@${rest[0] || "group"}`);
  return h("span", { class: "mention" }, label || `<${target}>`);
}

export function dateToken(pane, [seconds, pattern = "{date} {time}", url], fallback) {
  const words = slackDate(pane, seconds, unescape(pattern), fallback);
  const date = new Date(Number(seconds) * 1000);
  const title = Number.isNaN(date.getTime()) ? fallback : date.toISOString();
  const node = h("time", { class: "date-token", title }, words);
  return url ? link(pane, url, [node]) : node;
}

/** Links to messages and files stay in the page; every other opens beside it. */
export function link(pane, url, label) {
  const href = safeUrl(url);
  const words = label && label.length ? label : url.replace(/^mailto:/, "");
  if (!href) return h("span", { class: "dead-link", title: "Not a web address" }, words);
  const inside = insideLink(pane, href);
  if (!inside) return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, words);
  const follow = (event) => {
    event.preventDefault();
    inside();
  };
  // A key such as T-124 is one word, whatever its hyphen says.
  const whole = typeof words === "string" && words.length < 16 && !words.includes(" ");
  return h("a", { href, class: whole ? "whole" : undefined, onclick: follow }, words);
}

function insideLink(pane, href) {
  const [message, file] = [messageLink(href), fileAt(href)];
  if (message) return () => followMessageLink(pane, message);
  return file && (() => view(file));
}

/** A text object, as blocks carry them. */
export function textObject(pane, object) {
  if (!object) return "";
  if (typeof object === "string") return object;
  if (object.type === "mrkdwn") return mrkdwn(pane, object.text, object);
  return plain(object.text, object.emoji !== false);
}

export function plain(text, withEmoji = true) {
  return String(text ?? "").split("\n").map((line, index) => [index ? h("br") : null, withEmoji ? emojiLine(line) : line]);
}

function emojiLine(line) {
  return line.split(/(:[a-z0-9_+-]+:)/).map((part) => (/^:[^:]+:$/.test(part) ? emojiNode(part.slice(1, -1)) : part));
}
