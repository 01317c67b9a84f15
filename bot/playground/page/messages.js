// The channel: its header, its messages in order, and the composer below.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { message, writer } from "./message.js";
import { composer } from "./composer.js";
import { menuToggle, sharedNames } from "./shell.js";
import { isOpen, popup, toggleMenu } from "./popup.js";
import { isReply } from "./pane.js";
import { dayOf } from "./dates.js";
import { mrkdwn } from "./mrkdwn.js";
import { announcement, asText } from "./words.js";
import { scroller } from "./scroller.js";

export function channelPane(pane, channel) {
  if (!channel) return h("main", { class: "pane", key: "nothing" }, h("h1", { class: "visually-hidden" }, "Nothing open"), h("p", { class: "empty" }, "Choose a channel."));
  const messages = channel.messages.filter((one) => !isReply(one) || one.broadcast);
  return h(pane.side ? "section" : "main", { class: "pane", key: `channel-${pane.me}-${channel.id}`, "aria-label": `${pane.myName} in ${paneTitle(pane, channel)}` },
    header(pane, channel), messageList(pane, channel, messages), newest(pane, channel), composer(pane, channel),
    h("div", { class: "visually-hidden", "aria-live": "polite", key: "spoken" }, announcement(pane)));
}

function paneTitle(pane, channel) {
  return channel.kind === "im" ? channel.name || pane.botName : `#${channel.name}`;
}

function header(pane, channel) {
  const direct = channel.kind === "im";
  return h("div", { class: "pane-head" }, menuToggle(pane),
    h("div", { class: "pane-title" },
      h("h1", null, direct ? null : icon(channel.private ? "lock" : "hash", 20), direct ? channel.name || pane.botName : channel.name),
      channel.topic ? h("span", { class: "topic", title: channel.topic }, mrkdwn(pane, channel.topic)) : null),
    channel.shared_with?.length ? h("span", { class: "tag shared" }, `shared with ${sharedNames(pane, channel)}`) : null,
    pins(pane, channel));
}

function pins(pane, channel) {
  const list = channel.pins || [];
  if (!list.length) return null;
  const key = `pins-${pane.side}`;
  const open = isOpen(key);
  const show = (one) => () => pane.go({ at: one.ts, thread: isReply(one) ? one.thread_ts : "" });
  return h("span", { class: "menu-wrap", "data-menu": key },
    h("button", {
      type: "button", class: "pins-button", "data-anchor": "", "aria-haspopup": "dialog", "aria-expanded": String(open),
      "aria-label": `${list.length} pinned`, title: "Pinned messages", onclick: () => toggleMenu(key),
    }, icon("pin", 16), list.length),
    open ? popup(key, { class: "pins", role: "dialog", "aria-label": "Pinned messages" }, h("div", { class: "menu-heading" }, "Pinned here"),
      list.map((one) => h("button", { type: "button", class: "menu-item", key: one.ts, onclick: show(one) },
        h("span", { class: "menu-label" }, h("strong", null, writer(pane, one)), h("small", null, asText(pane, one)))))) : null);
}

function messageList(pane, channel, messages) {
  return scroller(pane, `messages-${channel.id}`, {
    "aria-label": `Messages in ${paneTitle(pane, channel)}`, onTop: () => pane.earlier(), onBottom: () => pane.later(),
  },
  channel.earlier ? h("p", { class: "earlier", key: "earlier", role: "status" }, "Opening earlier messages…") : intro(pane, channel),
  grouped(pane, channel, messages, { newFrom: pane.ui.news }));
}

function intro(pane, channel) {
  const words = channel.kind === "im"
    ? `Your direct messages with ${pane.botName}. What you write here only the two of you see.`
    : "This is where the channel begins.";
  return h("div", { class: "intro", key: "intro" }, h("h2", null, paneTitle(pane, channel)), h("p", null, words));
}

// Far back in the past, one step leads to the present.
function newest(pane, channel) {
  if (!channel.until) return null;
  return h("div", { class: "to-newest", key: "to-newest" },
    h("button", { type: "button", class: "button small", onclick: () => pane.newest() }, icon("down", 16), "To the newest"));
}

/** Messages with day dividers; one writer's run within five minutes shares a face. */
export function grouped(pane, channel, messages, { inThread = false, newFrom } = {}) {
  let before = null;
  let marked = false;
  return messages.map((one) => {
    const newDay = !inThread && (!before || dayOf(pane, before.ts) !== dayOf(pane, one.ts));
    const isNew = !marked && newFrom && one.ts > newFrom && one.user !== pane.me;
    const follows = Boolean(before) && !newDay && !isNew && isRun(before, one);
    before = one;
    marked ||= isNew;
    return [newDay ? divider(pane, one.ts) : null, isNew ? newLine() : null, message(pane, channel, one, { follows, inThread })];
  });
}

function isRun(before, one) {
  const sameWriter = before.user === one.user && before.bot === one.bot && before.username === one.username;
  return sameWriter && !before.deleted && before.ephemeral === one.ephemeral && one.ts - before.ts < 300 && !one.bot;
}

function divider(pane, ts) {
  return h("div", { class: "day", key: `day-${dayOf(pane, ts)}` }, h("span", null, dayOf(pane, ts)));
}

function newLine() {
  return h("div", { class: "new-line", key: "new-line" }, h("span", null, "New"));
}
