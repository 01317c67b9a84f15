// Short notices: our own, and those the local Slack wants this person to see.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { dismissToast, store, toast } from "./state.js";

const seen = new Map();

/** The server keeps a person's last notices; only those that come while we watch pop up. */
export function takeNotices() {
  const { toasts: notices = [], me } = store.data;
  const known = seen.get(me.id);
  seen.set(me.id, new Set(notices.map((one) => one.id)));
  if (known) for (const one of notices) if (!known.has(one.id)) toast(one.text, "error");
}

export function toasts() {
  return h("div", { class: "toasts", key: "toasts", role: "status", "aria-live": "polite" },
    store.offline ? h("div", { class: "toast error", key: "offline" }, icon("warn"), "Not connected to the local Slack; trying again.") : null,
    store.ui.toasts.map((one) => h("div", { class: `toast ${one.kind || ""}`, key: one.id }, icon(one.kind === "error" ? "warn" : "info"),
      h("span", null, one.text),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => dismissToast(one.id) }, icon("close", 14)))));
}
