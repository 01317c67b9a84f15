// Breaking the local Slack on purpose: what is broken now, and a few usual ways to break it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { post } from "./api.js";
import { goPage } from "./route.js";

const PRESETS = [
  { name: "Slack is down", about: "Every call answers 503", row: { method: "*", channel: null, what: 503, times: null, chance: 1, seconds: 0 } },
  { name: "Slack is slow", about: "Every call takes 2 s", row: { method: "*", channel: null, what: "slow", times: null, chance: 1, seconds: 2 } },
  { name: "Rate limited", about: "Three posts in ten are refused", row: { method: "chat.postMessage", channel: null, what: "ratelimited", times: null, chance: 0.3, seconds: 0 } },
  { name: "Answers get lost", about: "Done, but the app never hears", row: { method: "*", channel: null, what: "lost", times: null, chance: 0.3, seconds: 0 } },
];

const WORDS = { slow: "slow", lost: "answer lost", reset: "connection cut", garbage: "garbled answer", ratelimited: "rate limited" };

export function faultsOf(pane) {
  return pane.data.faults || [];
}

async function send(pane, row) {
  const answer = await post("faults", row);
  if (!answer.ok) pane.toast(answer.error || "That could not be changed.", "error");
  pane.refresh();
}

/** While something is broken on purpose, the page says so, and undoes it with one press. */
export function faultBanner(pane) {
  const found = faultsOf(pane);
  if (!found.length) return null;
  const words = found.length === 1 ? describe(found[0]) : `${found.length} faults`;
  return h("div", { class: "banner fault-banner", key: "faults", role: "status" }, icon("broken"),
    h("span", null, h("strong", null, "Slack is broken on purpose: "), words),
    h("button", { type: "button", class: "banner-button", onclick: () => goPage({ inspector: "1" }) }, "Look"),
    h("button", { type: "button", class: "banner-button", onclick: () => send(pane, { clear: "all" }) }, "Mend it"));
}

function describe({ method, channel, what, times, chance, seconds }) {
  const where = [method === "*" ? "every call" : method, channel && `in ${channel}`].filter(Boolean).join(" ");
  const how = what === "slow" ? `${seconds} s slower` : WORDS[what] || (typeof what === "number" ? `HTTP ${what}` : what);
  const often = [chance < 1 && `${Math.round(chance * 100)} %`, times && `${times} more`].filter(Boolean).join(", ");
  return `${where}, ${how}${often ? ` (${often})` : ""}`;
}

export function faultsPanel(pane) {
  // A server that cannot break says nothing of faults.
  if (!pane.data.faults) return null;
  const found = faultsOf(pane);
  return h("details", { class: "faults", key: "faults", mount: (el) => (el.open = found.length > 0) },
    h("summary", null, icon("broken", 16), "Break Slack", found.length ? h("span", { class: "count" }, found.length) : null),
    h("div", { class: "fault-presets" }, PRESETS.map((preset) => h("button", { type: "button", class: "button small", key: preset.name, title: preset.about, onclick: () => send(pane, preset.row) }, preset.name))),
    found.length ? h("ul", { class: "fault-list" }, found.map((one) => h("li", { key: one.id }, h("span", null, describe(one)),
      h("button", { type: "button", class: "icon-button", "aria-label": `Mend: ${describe(one)}`, onclick: () => send(pane, { clear: one.id }) }, icon("close", 14))))) : null,
    found.length > 1 ? h("button", { type: "button", class: "button small", onclick: () => send(pane, { clear: "all" }) }, "Mend everything") : null);
}
