// One message: who, when, what; its files, reactions, thread, and what one can do.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge } from "./people.js";
import { mrkdwn, emojiNode, unescape } from "./mrkdwn.js";
import { confirmed } from "./actions.js";
import { drawBlocks, messageContext } from "./blocks/index.js";
import { fileCard } from "./blocks/media.js";
import { menuButton } from "./popup.js";
import { reactButton } from "./reactions.js";
import { ago, fullTime, timeOf } from "./dates.js";
import { nameOf } from "./state.js";
import { isReply } from "./pane.js";
import { linkTo } from "./route.js";
import { hasFailed, showDelivery } from "./inspector.js";
import { growing } from "./composer.js";
import { kindOf } from "./viewer.js";

export function message(pane, channel, one, { follows = false, inThread = false } = {}) {
  const marked = pane.route.at === one.ts;
  const key = `${one.ts} ${follows} ${inThread} ${marked}`;
  return pane.unlessChanged(key, one, () => draw(pane, channel, one, { follows, inThread, marked }));
}

function draw(pane, channel, one, { follows, inThread, marked }) {
  const classes = ["message", follows && "follows", one.ephemeral && "ephemeral", one.pinned && "pinned", marked && "marked", one.error && "failed"];
  return h("article", {
    class: classes.filter(Boolean).join(" "), key: one.ts, "data-ts": one.ts, tabindex: -1, onkeydown: (event) => keydown(event, pane, channel, one, inThread),
    "aria-label": [writer(pane, one), timeOf(pane, one.ts), one.error && "failed"].filter(Boolean).join(", "),
    mount: marked ? (el) => reveal(pane, el) : undefined, after: marked ? (el) => pane.revealed !== one.ts && reveal(pane, el) : undefined,
  },
  follows ? h("time", { class: "gutter-time", title: fullTime(pane, one.ts) }, timeOf(pane, one.ts)) : face(pane, one),
  h("div", { class: "message-main" },
    notes(pane, one, inThread),
    follows ? null : head(pane, one),
    pane.ui.editing === one.ts ? editor(pane, channel, one) : body(pane, channel, one),
    reactions(pane, channel, one, inThread),
    one.reply_count && !inThread ? threadLink(pane, one) : null,
    one.error ? trouble(pane, one) : null),
  one.deleted ? null : toolbar(pane, channel, one, inThread));
}

function notes(pane, one, inThread) {
  const note = (sign, ...words) => h("div", { class: "message-note" }, icon(sign, 13), words);
  const toThread = () => pane.go({ thread: one.thread_ts, at: "" });
  return [
    one.pinned ? note("pin", "Pinned") : null,
    one.ephemeral ? note("eye", "Only visible to you") : null,
    one.broadcast && isReply(one)
      ? note("reply", inThread ? "Also sent to the channel" : ["Replied to ", h("button", { type: "button", class: "plain-link", onclick: toThread }, "a thread")]) : null,
  ];
}

function trouble(pane, one) {
  const delivery = pane.data.deliveries.find((candidate) => candidate.person === pane.me && hasFailed(candidate));
  return h("div", { class: "message-error", role: "alert" }, icon("warn", 14), h("span", null, one.error),
    delivery ? h("button", { type: "button", class: "plain-link", onclick: () => showDelivery(delivery.id) }, "Look behind it") : null);
}

export function writer(pane, one) {
  return isApp(one) ? one.username || pane.botName : nameOf(pane.person(one.user) || { name: one.username || one.user });
}

function isApp(one) {
  return Boolean(one.bot);
}

function face(pane, one) {
  return avatar(one.user, writer(pane, one), "medium", isApp(one));
}

function head(pane, one) {
  return h("header", { class: "message-head" },
    h("strong", { class: "writer" }, writer(pane, one)),
    isApp(one) ? h("span", { class: "tag app-tag" }, "APP") : badge(pane.person(one.user)),
    h("time", { title: fullTime(pane, one.ts) }, timeOf(pane, one.ts)),
    isApp(one) && one.edited ? h("span", { class: "edited" }, "(edited)") : null);
}

function body(pane, channel, one) {
  if (one.deleted) return h("p", { class: "deleted" }, "This message was deleted.");
  const edited = one.edited ? h("span", { class: "edited", key: "edited" }, " (edited)") : null;
  return h("div", { class: "message-body", key: "body" },
    // A person's message comes with a plain copy of its text as a block; the text has the mentions.
    isApp(one) && one.blocks?.length
      ? drawBlocks(messageContext(pane, channel.id, one))
      : h("div", { class: "text" }, mrkdwn(pane, one.text), isApp(one) ? null : edited),
    (one.attachments || []).map((attachment, index) => drawAttachment(pane, channel, one, attachment, index)),
    (one.files || []).length ? h("div", { class: "files" }, picturesLast(one.files).map(fileCard)) : null);
}

function picturesLast(files) {
  const isPicture = (file) => kindOf(file) === "picture";
  return [...files.filter((file) => !isPicture(file)), ...files.filter(isPicture)];
}

const COLOURS = { good: "var(--go)", warning: "var(--warn)", danger: "var(--stop)" };

function drawAttachment(pane, channel, one, attachment, index) {
  const colour = COLOURS[attachment.color] || (/^#?[0-9a-f]{6}$/i.test(attachment.color || "") ? `#${attachment.color.replace("#", "")}` : "var(--line-strong)");
  const blocks = { ...messageContext(pane, channel.id, one), blocks: attachment.blocks || [] };
  return h("div", { class: "attachment", key: `attachment-${index}`, style: { "border-color": colour } },
    attachment.title ? h("strong", null, mrkdwn(pane, attachment.title)) : null,
    attachment.text ? h("div", { class: "text" }, mrkdwn(pane, attachment.text)) : null, drawBlocks(blocks));
}

function reactions(pane, channel, one, inThread) {
  if (!one.reactions?.length) return null;
  return h("div", { class: "reactions" }, one.reactions.map((reaction) => {
    const names = reaction.users.map((id) => (id === pane.me ? "you" : nameOf(pane.person(id)))).join(", ");
    const mine = reaction.users.includes(pane.me);
    return h("button", {
      type: "button", class: mine ? "reaction mine" : "reaction", key: reaction.name, title: `${names} with :${reaction.name}:`, "aria-pressed": String(mine),
      "aria-label": `${reaction.name.replace(/_/g, " ")}, ${reaction.count}: ${names}`, onclick: () => pane.act("react", { channel: channel.id, ts: one.ts, name: reaction.name }),
    }, emojiNode(reaction.name), h("span", null, reaction.count));
  }), reactButton(pane, channel, one, "reaction add", inThread));
}

function threadLink(pane, one) {
  const count = one.reply_count === 1 ? "1 reply" : `${one.reply_count} replies`;
  return h("button", { type: "button", class: "thread-link", onclick: () => pane.go({ thread: one.ts, at: "" }) },
    one.reply_users.slice(0, 3).map((id) => avatar(id, nameOf(pane.person(id)), "tiny", pane.person(id)?.bot)),
    h("span", { class: "thread-count" }, count),
    one.latest_reply ? h("span", { class: "thread-last" }, ago(one.latest_reply * 1000)) : null);
}

function toolbar(pane, channel, one, inThread) {
  const reply = () => pane.go({ thread: one.thread_ts || one.ts, at: "" });
  return h("div", { class: "message-tools", role: "group", "aria-label": "Message actions" },
    one.ephemeral ? null : reactButton(pane, channel, one, "icon-button", inThread),
    inThread || one.ephemeral ? null : h("button", { type: "button", class: "icon-button reply", title: "Reply in thread", "aria-label": "Reply in thread", onclick: reply }, icon("reply")),
    menuButton(`message-${pane.side}-${one.ts}-${inThread}`, { label: "More actions", content: icon("more"), items: () => choices(pane, channel, one) }));
}

function choices(pane, channel, one) {
  const shortcuts = pane.data.shortcuts.filter((shortcut) => shortcut.type !== "global" && !one.ephemeral).map((shortcut) => ({
    label: shortcut.name, hint: pane.botName, icon: "bolt",
    run: () => pane.act("shortcut", { callback_id: shortcut.callback_id, channel: channel.id, ts: one.ts }),
  }));
  const mine = isMine(pane, one) ? [
    { label: "Edit message", icon: "edit", run: () => pane.setUi({ editing: one.ts }) },
    { label: "Delete message", icon: "trash", danger: true, run: () => remove(pane, channel, one) },
  ] : [];
  const copy = { label: "Copy link", icon: "link", run: () => copyLink(pane, channel, one) };
  return [...shortcuts, ...mine, copy];
}

const SURE = { title: "Delete message", text: "Are you sure you want to delete this message? This cannot be undone.", confirm: "Delete", style: "danger" };

async function remove(pane, channel, one) {
  if (await confirmed(pane, SURE)) pane.act("delete", { channel: channel.id, ts: one.ts });
}

async function copyLink(pane, channel, one) {
  try {
    await navigator.clipboard.writeText(linkTo(pane, channel, one));
    pane.toast("The link is copied.");
  } catch {
    // Without the right to the clipboard, the address bar has it.
    pane.go({ at: one.ts });
  }
}

function isMine(pane, one) {
  return one.user === pane.me && !one.bot && !one.ephemeral;
}

// With the keyboard on a message: arrows to its neighbours, and a letter for what one does most.
function keydown(event, pane, channel, one, inThread) {
  if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
  const run = {
    ArrowUp: () => neighbour(event.target, -1)?.focus(),
    ArrowDown: () => (neighbour(event.target, 1) || event.target.closest(".pane").querySelector(".composer textarea"))?.focus(),
    t: () => !inThread && !one.ephemeral && pane.go({ thread: one.thread_ts || one.ts, at: "" }),
    r: () => event.target.querySelector(".react-button")?.click(),
    e: () => isMine(pane, one) && pane.setUi({ editing: one.ts }),
  }[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

function neighbour(el, step) {
  const all = [...el.parentElement.querySelectorAll(":scope > .message")];
  return all[all.indexOf(el) + step];
}

// What was typed reaches Slack raw; what comes back is escaped, with ids for names.
function typedText(pane, text) {
  return unescape(text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${(pane.person(id)?.name || id).replace(/ /g, ".")}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${name || id}`)
    .replace(/<!(here|channel|everyone)>/g, "@$1").replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/g, "$1"));
}

function editor(pane, channel, one) {
  const stop = () => pane.setUi({ editing: null });
  const save = async (event) => {
    const text = event.target.closest(".editor").querySelector("textarea").value;
    const answer = await pane.act("edit", { channel: channel.id, ts: one.ts, text });
    if (answer.ok) stop();
  };
  const keys = (event) => {
    if (event.key === "Escape") event.preventDefault(), stop();
    if (event.key === "Enter" && !event.shiftKey) event.preventDefault(), save(event);
  };
  const mount = (el) => {
    el.value = typedText(pane, one.text);
    growing(el);
    el.focus();
  };
  return h("div", { class: "editor", key: "editor" },
    h("textarea", { "aria-label": "Edit message", class: "text-input", mount, onkeydown: keys, oninput: (event) => growing(event.target) }),
    h("div", { class: "editor-buttons" }, h("button", { type: "button", class: "button small", onclick: stop }, "Cancel"),
      h("button", { type: "button", class: "button small primary", onclick: save }, "Save")));
}

// Once: a later drawing must not pull the reader back to the marked message.
function reveal(pane, el) {
  el.scrollIntoView({ block: "center" });
  pane.revealed = el.dataset.ts;
  pane.led = true;
}
