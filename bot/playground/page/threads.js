// The thread pane, beside the channel.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { message } from "./message.js";
import { grouped, scroller } from "./messages.js";
import { composer } from "./composer.js";
import { go } from "./route.js";
import { unlessTyping } from "./state.js";

export function threadPane(channel, ts) {
  const root = channel.messages.find((one) => one.ts === ts);
  const replies = channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts);
  const close = () => go({ thread: "", at: "" });
  return h("aside", { class: "pane thread", key: `thread-${ts}`, "aria-label": "Thread", onkeydown: (event) => closeOnEscape(event, close) },
    h("div", { class: "pane-head" },
      h("div", { class: "pane-title" }, h("h2", null, "Thread"), h("span", { class: "topic" }, channel.kind === "im" ? channel.name : `#${channel.name}`)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: close }, icon("close"))),
    unlessTyping(`thread-${ts}`, () => replyList(channel, ts, root, replies)),
    composer(channel, ts));
}

function replyList(channel, ts, root, replies) {
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return scroller(`thread-${ts}`, { "aria-label": "Thread messages" },
    root ? message(channel, root, { inThread: true }) : h("p", { class: "empty" }, "This thread is not here."),
    replies.length ? h("div", { class: "day reply-count", key: "count" }, h("span", null, words)) : null,
    grouped(channel, replies, { inThread: true }));
}

function closeOnEscape(event, close) {
  if (event.key === "Escape" && !event.defaultPrevented && !event.target.value) close();
}
