// The drawer of a curious developer: every payload sent to the app, how long
// its answer took against Slack's three seconds, and what the app called then.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { get } from "./api.js";
import { go } from "./route.js";
import { displayName } from "./people.js";
import { redraw, setUi, store } from "./state.js";
import { timeOf } from "./dates.js";

const DEADLINE = 3000;
const TROUBLE = "We had some trouble connecting";

export function inspector() {
  const { deliveries } = store.data;
  const failedOnly = Boolean(store.ui.failedOnly);
  const list = failedOnly ? deliveries.filter(hasFailed) : deliveries;
  return h("aside", { class: "inspector", key: "inspector", "aria-label": "Inspector" },
    h("div", { class: "drawer-head" }, h("h2", null, "Inspector"),
      h("label", { class: "toggle" }, h("input", { type: "checkbox", checked: failedOnly, onchange: () => setUi({ failedOnly: !failedOnly }) }), "failed only"),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close inspector", onclick: () => go({ inspector: "" }) }, icon("close"))),
    h("p", { class: "drawer-note" }, "What Slack sends to the app. Every answer is due within 3,000 ms."),
    h("ol", { class: "deliveries", tabindex: 0, "aria-label": "Deliveries" },
      list.length ? list.slice(0, 200).map(delivery) : h("li", { class: "empty", key: "none" }, failedOnly ? "None has failed." : "Nothing was sent yet.")));
}

export function hasFailed(one) {
  return Boolean(one.error) || (one.ok === false && one.ms !== null);
}

function delivery(one) {
  const open = store.ui.delivery === one.id;
  const failed = hasFailed(one);
  return h("li", { key: one.id, class: failed ? "delivery failed" : "delivery", "data-delivery": one.id },
    h("button", { type: "button", class: "delivery-button", "aria-expanded": String(open), onclick: () => toggle(one.id) },
      h("span", { class: `kind kind-${one.kind}` }, kindWords(one.kind)),
      h("span", { class: "delivery-summary" }, one.summary),
      h("span", { class: "delivery-meta" }, [who(one), clockTime(one), one.retry_num ? `retry ${one.retry_num}` : "", wayWords(one), callWords(one.calls)].filter(Boolean).join(" · ")),
      ackBar(one, failed),
      failed ? h("span", { class: "delivery-error" }, `${TROUBLE}: ${errorWords(one)}`) : null),
    open ? details(one) : null);
}

function callWords(calls) {
  if (!calls) return "";
  return calls === 1 ? "1 API call" : `${calls} API calls`;
}

function wayWords(one) {
  return one.connection ? `socket ${one.connection}` : "";
}

function kindWords(kind) {
  return String(kind || "").replace(/_/g, " ");
}

function who(one) {
  return one.person ? displayName(one.person) : "";
}

function clockTime(one) {
  return one.at ? timeOf(one.at) : one.ts ? timeOf(one.ts) : "";
}

function errorWords(one) {
  const words = {
    operation_timeout: "no answer within 3 s",
    connection_failed: "the app cannot be reached",
    connection_lost: "the connection was lost before the answer",
  };
  return words[one.error] || one.error || `status ${one.status}`;
}

function ackBar(one, failed) {
  const ms = one.ms ?? one.ack_ms;
  const share = Math.min(100, ((ms ?? 0) / DEADLINE) * 100);
  const pace = failed ? "bad" : share > 60 ? "slow" : "good";
  return h("span", { class: "ack" },
    h("span", { class: "ack-track" }, h("span", { class: `ack-fill ${pace}`, style: { width: `${Math.max(1.5, share)}%` } })),
    h("span", { class: "ack-ms" }, ms === undefined || ms === null ? "waiting…" : `${Math.round(ms).toLocaleString("en")} ms`),
    one.status ? h("span", { class: "ack-status" }, one.status) : null);
}

const full = new Map();

async function toggle(id) {
  const open = store.ui.delivery === id;
  setUi({ delivery: open ? null : id });
  if (open) return;
  const answer = await get(`/playground/deliveries/${id}`);
  full.set(id, answer.delivery || answer);
  redraw();
}

function details(one) {
  const found = full.get(one.id);
  if (!found) return h("div", { class: "delivery-detail" }, "Loading…");
  const calls = found.api_calls || [];
  return h("div", { class: "delivery-detail" },
    part("Request", found.request), part("Response", found.response),
    h("h3", null, `${callWords(calls.length) || "No API calls"} meanwhile`),
    calls.map((call) => h("details", { class: call.ok === false ? "call failed" : "call" },
      h("summary", null, h("code", null, call.method), " ", call.ok === false ? call.error || "failed" : "ok"), json(call.args))));
}

function part(title, value) {
  return [h("h3", null, title), value === undefined || value === null || value === "" ? h("p", { class: "hint" }, "Empty") : json(value)];
}

function json(value) {
  return h("pre", { class: "json", tabindex: 0 }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}
