// The channel: its header, its messages in order, and the composer below.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { message } from "./message.js";
import { composer } from "./composer.js";
import { menuToggle, sharedNames } from "./shell.js";
import { dayOf } from "./dates.js";
import { mrkdwn } from "./mrkdwn.js";
import { me, setUi, store, unlessTyping } from "./state.js";

const SHOWN = 80;

export function channelPane(channel) {
  if (!channel) return h("main", { class: "pane", key: "nothing" }, h("p", { class: "empty" }, "Choose a channel."));
  const messages = channel.messages.filter(isInChannel);
  return h("main", { class: "pane", key: `channel-${me()}-${channel.id}`, "aria-label": paneTitle(channel) },
    header(channel), messageList(channel, messages), composer(channel));
}

/** Replies stay in their thread, unless somebody also sent them to the channel. */
function isInChannel(one) {
  return !one.thread_ts || one.thread_ts === one.ts || one.broadcast;
}

function paneTitle(channel) {
  return channel.kind === "im" ? channel.name || "Steward" : `#${channel.name}`;
}

function header(channel) {
  return h("div", { class: "pane-head" }, menuToggle(),
    h("div", { class: "pane-title" },
      h("h1", null, channel.kind === "im" ? null : icon(channel.private ? "lock" : "hash", 20), channel.kind === "im" ? channel.name || "Steward" : channel.name),
      channel.topic ? h("span", { class: "topic", title: channel.topic }, mrkdwn(channel.topic)) : null),
    channel.shared_with?.length ? h("span", { class: "tag shared" }, `shared with ${sharedNames(channel)}`) : null);
}

function messageList(channel, messages) {
  return unlessTyping(`list-${channel.id}`, () => drawList(channel, messages));
}

function drawList(channel, messages) {
  const earlier = store.ui.earlier?.[channel.id] || 0;
  const from = Math.max(0, messages.length - SHOWN - earlier);
  const more = () => setUi({ earlier: { ...store.ui.earlier, [channel.id]: earlier + SHOWN } });
  return scroller(`messages-${channel.id}`, { "aria-label": "Messages" },
    from ? h("button", { type: "button", class: "button earlier", onclick: more, key: "earlier" }, "Show earlier messages") : intro(channel),
    grouped(channel, messages.slice(from)));
}

function intro(channel) {
  const words = channel.kind === "im"
    ? "Your direct messages with Steward. What you write here only the two of you see."
    : "This is where the channel begins.";
  return h("div", { class: "intro", key: "intro" }, h("h2", null, paneTitle(channel)), h("p", null, words));
}

/** Messages with day dividers; one writer's run within five minutes shares a face. */
export function grouped(channel, messages, options = {}) {
  let before = null;
  return messages.map((one) => {
    const newDay = !before || dayOf(before.ts) !== dayOf(one.ts);
    const follows = !newDay && isRun(before, one);
    before = one;
    return [newDay && !options.inThread ? divider(one.ts) : null, message(channel, one, { ...options, follows })];
  });
}

function isRun(before, one) {
  const sameWriter = before.user === one.user && before.bot === one.bot && before.username === one.username;
  return sameWriter && !before.deleted && before.ephemeral === one.ephemeral && one.ts - before.ts < 300 && !one.bot;
}

function divider(ts) {
  return h("div", { class: "day", key: `day-${dayOf(ts)}`, role: "separator" }, h("span", null, dayOf(ts)));
}

/** Stays at the bottom while it is there; otherwise nothing moves under the reader. */
export function scroller(key, props, ...children) {
  let stick = true;
  const down = (el) => (el.scrollTop = el.scrollHeight);
  return h("div", {
    class: "scroller", key, role: "log", tabindex: 0, ...props,
    mount: (el) => {
      down(el);
      watchGrowth(el);
    },
    before: (el) => (stick = nearBottom(el)),
    after: (el) => {
      if (stick && !store.route.at) down(el);
    },
  }, h("div", { class: "scroll-inner" }, children));
}

function nearBottom(el) {
  return el.scrollHeight - el.scrollTop - el.clientHeight < 40;
}

// Pictures and the window change heights without a new drawing.
function watchGrowth(el) {
  let atBottom = true;
  el.addEventListener("scroll", () => (atBottom = nearBottom(el)));
  const observer = new ResizeObserver(() => {
    if (atBottom && !store.route.at) el.scrollTop = el.scrollHeight;
  });
  observer.observe(el);
  observer.observe(el.firstElementChild);
}
