// Short notices: our own, and those the local Slack wants this person to see.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./state.js";

const seen = new Map();

/** The server keeps a person's last notices; only those that come while we watch pop up. */
export function takeNotices(pane) {
  const { toasts: notices = [], me } = pane.data;
  const known = seen.get(me.id);
  seen.set(me.id, new Set(notices.map((one) => one.id)));
  if (known) for (const one of notices) if (!known.has(one.id)) pane.toast(one.text, "error");
}

/** Over the pane of the person they are for. */
export function toasts(pane) {
  return h("div", { class: "toasts", key: "toasts", role: "status", "aria-live": "polite" },
    pane.ui.toasts.map((one) => h("div", { class: `toast ${one.kind || ""}`, key: one.id }, icon(one.kind === "error" ? "warn" : "info"),
      h("span", null, one.text),
      h("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: () => pane.dismiss(one.id) }, icon("close", 14)))));
}

export function offline() {
  if (!store.offline) return null;
  return h("div", { class: "banner", key: "offline", role: "alert" }, icon("warn"), h("span", null, "Not connected to the local Slack; trying again."));
}
