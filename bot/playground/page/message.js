// One message: who, when, what; its files, reactions, thread, and what one can do.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge } from "./people.js";
import { mrkdwn, emojiNode, unescape } from "./mrkdwn.js";
import { drawBlocks, messageContext } from "./blocks/index.js";
import { fileCard } from "./blocks/media.js";
import { menuButton } from "./popup.js";
import { ago, fullTime, timeOf } from "./dates.js";
import { act, botName, me, nameOf, person, setUi, store } from "./state.js";
import { go } from "./route.js";
import { growing } from "./composer.js";

export function message(channel, one, { follows = false, inThread = false } = {}) {
  const marked = store.route.at === one.ts;
  const classes = ["message", follows && "follows", one.ephemeral && "ephemeral", one.pinned && "pinned", marked && "marked", one.error && "failed"];
  return h("article", {
    class: classes.filter(Boolean).join(" "), key: one.ts, "data-ts": one.ts, "aria-label": `${writer(one)}, ${timeOf(one.ts)}`,
    mount: marked ? reveal : undefined, after: marked ? revealOnce(one.ts) : undefined,
  },
  follows ? h("time", { class: "gutter-time", title: fullTime(one.ts) }, timeOf(one.ts)) : face(one),
  h("div", { class: "message-main" },
    one.pinned ? h("div", { class: "message-note" }, icon("pin", 13), "Pinned") : null,
    one.ephemeral ? h("div", { class: "message-note" }, icon("eye", 13), "Only visible to you") : null,
    follows ? null : head(one),
    store.ui.editing === one.ts ? editor(channel, one) : body(channel, one),
    reactions(one),
    one.reply_count && !inThread ? threadLink(channel, one) : null,
    one.error ? h("div", { class: "message-error", role: "alert" }, icon("warn", 14), one.error) : null),
  one.deleted ? null : toolbar(channel, one, inThread));
}

function writer(one) {
  return isApp(one) ? one.username || botName() : nameOf(person(one.user) || { name: one.username || one.user });
}

function isApp(one) {
  return Boolean(one.bot);
}

function face(one) {
  return avatar(one.user, writer(one), "medium", isApp(one));
}

function head(one) {
  const from = person(one.user);
  return h("header", { class: "message-head" },
    h("strong", { class: "writer" }, writer(one)),
    isApp(one) ? h("span", { class: "tag app-tag" }, "APP") : badge(from),
    h("time", { title: fullTime(one.ts) }, timeOf(one.ts)),
    isApp(one) && one.edited ? h("span", { class: "edited" }, "(edited)") : null);
}

function body(channel, one) {
  if (one.deleted) return h("p", { class: "deleted" }, "This message was deleted.");
  const edited = one.edited ? h("span", { class: "edited", key: "edited" }, " (edited)") : null;
  return h("div", { class: "message-body", key: "body" },
    // A person's message comes with a plain copy of its text as a block; the text has the mentions.
    isApp(one) && one.blocks?.length
      ? drawBlocks(messageContext(channel.id, one))
      : h("div", { class: "text" }, mrkdwn(one.text), isApp(one) ? null : edited),
    (one.attachments || []).map((attachment, index) => drawAttachment(channel, one, attachment, index)),
    (one.files || []).length ? h("div", { class: "files" }, one.files.map(fileCard)) : null);
}

const COLOURS = { good: "var(--go)", warning: "var(--warn)", danger: "var(--stop)" };

function drawAttachment(channel, one, attachment, index) {
  const colour = COLOURS[attachment.color] || (/^#?[0-9a-f]{6}$/i.test(attachment.color || "") ? `#${attachment.color.replace("#", "")}` : "var(--line-strong)");
  const blocks = { ...messageContext(channel.id, one), blocks: attachment.blocks || [] };
  return h("div", { class: "attachment", key: `attachment-${index}`, style: { "border-color": colour } },
    attachment.title ? h("strong", null, mrkdwn(attachment.title)) : null,
    attachment.text ? h("div", { class: "text" }, mrkdwn(attachment.text)) : null, drawBlocks(blocks));
}

function reactions(one) {
  if (!one.reactions?.length) return null;
  return h("div", { class: "reactions" }, one.reactions.map((reaction) => h("span", { class: "reaction", title: (reaction.users || []).map((id) => nameOf(person(id))).join(", ") },
    emojiNode(reaction.name), reaction.count ?? reaction.users?.length)));
}

function threadLink(channel, one) {
  const replies = channel.messages.filter((reply) => reply.thread_ts === one.ts && reply.ts !== one.ts);
  const faces = [...new Map(replies.map((reply) => [reply.user, reply])).values()].slice(0, 3);
  return h("button", { type: "button", class: "thread-link", onclick: () => go({ thread: one.ts, at: "" }) },
    faces.map((reply) => avatar(reply.user, writer(reply), "tiny", isApp(reply))),
    h("span", { class: "thread-count" }, one.reply_count === 1 ? "1 reply" : `${one.reply_count} replies`),
    replies.length ? h("span", { class: "thread-last" }, ago(replies.at(-1).ts * 1000)) : null);
}

function toolbar(channel, one, inThread) {
  const reply = () => go({ thread: one.thread_ts || one.ts, at: "" });
  return h("div", { class: "message-tools", role: "group", "aria-label": "Message actions" },
    inThread || one.ephemeral ? null : h("button", { type: "button", class: "icon-button", title: "Reply in thread", "aria-label": "Reply in thread", onclick: reply }, icon("reply")),
    menuButton(`message-${one.ts}`, { label: "More actions", content: icon("more"), items: () => choices(channel, one) }));
}

function choices(channel, one) {
  const shortcuts = store.data.shortcuts.filter((shortcut) => shortcut.type !== "global" && !one.ephemeral).map((shortcut) => ({
    label: shortcut.name, hint: "Steward", icon: "bolt",
    run: () => act("shortcut", { callback_id: shortcut.callback_id, channel: channel.id, ts: one.ts }),
  }));
  const mine = one.user === me() && !one.bot && !one.ephemeral ? [
    { label: "Edit message", icon: "edit", run: () => setUi({ editing: one.ts }) },
    { label: "Delete message", icon: "trash", danger: true, run: () => act("delete", { channel: channel.id, ts: one.ts }) },
  ] : [];
  const copy = { label: "Link to this message", icon: "file", run: () => go({ at: one.ts }) };
  return [...shortcuts, ...mine, copy];
}

// What was typed reaches Slack raw; what comes back is escaped, with ids for names.
function typedText(text) {
  return unescape(text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${(person(id)?.name || id).replace(/ /g, ".")}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${name || id}`)
    .replace(/<!(here|channel|everyone)>/g, "@$1").replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"));
}

function editor(channel, one) {
  const stop = () => setUi({ editing: null });
  const save = async (event) => {
    const text = event.target.closest(".editor").querySelector("textarea").value;
    const answer = await act("edit", { channel: channel.id, ts: one.ts, text });
    if (answer.ok) stop();
  };
  const keys = (event) => {
    if (event.key === "Escape") stop();
    if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), save(event);
  };
  const mount = (el) => {
    el.value = typedText(one.text);
    growing(el);
    el.focus();
  };
  return h("div", { class: "editor", key: "editor" },
    h("textarea", { "aria-label": "Edit message", class: "text-input", mount, onkeydown: keys, oninput: (event) => growing(event.target) }),
    h("div", { class: "editor-buttons" }, h("button", { type: "button", class: "button small", onclick: stop }, "Cancel"),
      h("button", { type: "button", class: "button small primary", onclick: save }, "Save")));
}

function reveal(el) {
  el.scrollIntoView({ block: "center" });
  revealed = el.dataset.ts;
}

let revealed = "";

// A later drawing must not pull the reader back to the marked message.
function revealOnce(ts) {
  return (el) => {
    if (revealed !== ts) reveal(el);
  };
}
