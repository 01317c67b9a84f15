// The thread pane, beside the channel.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { message } from "./message.js";
import { grouped } from "./messages.js";
import { scroller } from "./scroller.js";
import { composer } from "./composer.js";

export function threadPane(pane, channel, ts) {
  const root = channel.messages.find((one) => one.ts === ts);
  const replies = channel.messages.filter((one) => one.thread_ts === ts && one.ts !== ts);
  const close = () => {
    pane.go({ thread: "", at: "" });
    queueMicrotask(() => document.querySelector(`.client[data-side="${pane.side}"] .message[data-ts="${ts}"]`)?.focus({ preventScroll: true }));
  };
  return h("aside", { class: "pane thread", key: `thread-${ts}`, "aria-label": `Thread, ${pane.myName}`, onkeydown: (event) => closeOnEscape(event, close) },
    h("div", { class: "pane-head" },
      h("div", { class: "pane-title" }, h("h2", null, "Thread"), h("span", { class: "topic" }, channel.kind === "im" ? channel.name : `#${channel.name}`)),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onclick: close }, icon("close"))),
    replyList(pane, channel, ts, root, replies),
    composer(pane, channel, ts));
}

function replyList(pane, channel, ts, root, replies) {
  const words = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return scroller(pane, `thread-${ts}`, { "aria-label": "Thread messages" },
    root ? message(pane, channel, root, { inThread: true }) : h("p", { class: "empty" }, "This thread is not here."),
    replies.length ? h("div", { class: "day reply-count", key: "count" }, h("span", null, words)) : null,
    grouped(pane, channel, replies, { inThread: true }));
}

function closeOnEscape(event, close) {
  if (event.key === "Escape" && !event.defaultPrevented && !event.target.value) close();
}
