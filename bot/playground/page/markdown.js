// Standard Markdown, as the markdown block takes it: headings, lists, quotes,
// fenced code, tables, rules, and the usual inline marks. Elements only, no HTML.

import { h } from "./dom.js";
import { emojiNode, link } from "./mrkdwn.js";

export function markdown(pane, text) {
  const rest = levelled(String(text ?? "")).split("\n");
  const out = [];
  while (rest.length) out.push(take(pane, rest));
  return out;
}

// The first heading of a message stands right below the channel's name, however many marks it has.
function levelled(text) {
  const marks = [...text.matchAll(/^(#{1,6}) /gm)].map(([, one]) => one.length);
  const top = Math.min(...marks);
  return marks.length ? text.replace(/^#{1,6}(?= )/gm, (one) => "#".repeat(one.length - top + 1)) : text;
}

function take(pane, rest) {
  const line = rest[0];
  if (!line.trim()) return void rest.shift();
  if (/^```/.test(line)) return fence(rest);
  if (/^#{1,6} /.test(line)) return heading(pane, rest.shift());
  if (/^\s*([-*_])\s*(\1\s*){2,}$/.test(line)) return rest.shift() && h("hr");
  if (/^> ?/.test(line)) return h("blockquote", null, markdown(pane, takeWhile(rest, /^> ?/).map((one) => one.replace(/^> ?/, "")).join("\n")));
  if (/^\s*([-*+]|\d+[.)]) /.test(line)) return list(pane, rest);
  if (/^\|.*\|/.test(line) && /^\|[\s:|-]+\|?$/.test(rest[1] || "")) return pipeTable(pane, rest);
  return paragraph(pane, rest);
}

function takeWhile(rest, pattern) {
  const out = [];
  while (rest.length && pattern.test(rest[0])) out.push(rest.shift());
  return out;
}

function fence(rest) {
  rest.shift();
  const body = [];
  while (rest.length && !/^```/.test(rest[0])) body.push(rest.shift());
  rest.shift();
  return h("pre", { class: "code-block" }, body.join("\n"));
}

function heading(pane, line) {
  const [, marks, words] = /^(#+) (.*)$/.exec(line);
  return h(`h${Math.min(6, marks.length + 1)}`, { class: "md-heading" }, inline(pane, words));
}

function list(pane, rest) {
  const ordered = /^\s*\d/.test(rest[0]);
  const items = takeWhile(rest, /^\s*([-*+]|\d+[.)]) /).map((line) => {
    const [, indent, words] = /^(\s*)(?:[-*+]|\d+[.)]) (.*)$/.exec(line);
    return h("li", { style: { "margin-inline-start": `${Math.floor(indent.length / 2) * 1.25}em` } }, task(pane, words));
  });
  return h(ordered ? "ol" : "ul", null, items);
}

function task(pane, words) {
  const box = /^\[([ xX])\] (.*)$/.exec(words);
  return box ? [box[1] === " " ? "☐ " : "☑ ", inline(pane, box[2])] : inline(pane, words);
}

function pipeTable(pane, rest) {
  const rows = takeWhile(rest, /^\|/).map((line) => line.replace(/^\||\|\s*$/g, "").split("|").map((cell) => cell.trim()));
  const [head, , ...body] = rows;
  return h("div", { class: "table-wrap" }, h("table", null,
    h("thead", null, h("tr", null, head.map((cell) => h("th", { scope: "col" }, inline(pane, cell))))),
    h("tbody", null, body.map((row) => h("tr", null, row.map((cell) => h("td", null, inline(pane, cell))))))));
}

function paragraph(pane, rest) {
  const lines = [rest.shift(), ...takeWhile(rest, /^(?!\s*$|```|#{1,6} |> ?|\s*([-*+]|\d+[.)]) |\|)/)];
  return h("p", null, lines.map((line, index) => [index ? h("br") : null, inline(pane, line)]));
}

const INLINE = new RegExp([
  "`(?<code>[^`]+)`",
  "!?\\[(?<label>[^\\]]+)\\]\\((?<url>[^)\\s]+)\\)",
  "(?<bare>https?:\\/\\/[^\\s<>()]*[^\\s<>().,;:!?])",
  "\\*\\*(?<strong>.+?)\\*\\*",
  "(?<!\\w)__(?<strong2>.+?)__(?!\\w)",
  "\\*(?<em>[^*\\s](?:[^*]*[^*\\s])?)\\*",
  "(?<!\\w)_(?<em2>[^_\\s](?:[^_]*[^_\\s])?)_(?!\\w)",
  "~~(?<s>.+?)~~",
  ":(?<emoji>[a-z0-9_+-]+):",
].join("|"), "g");

const TAGS = { strong: "strong", strong2: "strong", em: "em", em2: "em", s: "s" };

function inline(pane, text) {
  const out = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    out.push(text.slice(from, match.index), token(pane, match.groups));
    from = match.index + match[0].length;
  }
  return [...out, text.slice(from)].filter((part) => part !== "");
}

function token(pane, groups) {
  if (groups.url) return link(pane, groups.url, inline(pane, groups.label));
  if (groups.bare) return link(pane, groups.bare);
  if (groups.code) return h("code", null, groups.code);
  if (groups.emoji) return emojiNode(groups.emoji);
  const [name, body] = Object.entries(groups).find(([key, value]) => TAGS[key] && value !== undefined);
  return h(TAGS[name], null, inline(pane, body));
}
