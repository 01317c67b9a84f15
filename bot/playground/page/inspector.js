// The drawer of a curious developer: every payload sent to the app, how long
// its answer took against Slack's three seconds, and what the app called then.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { get } from "./api.js";
import { goPage } from "./route.js";
import { faultsPanel } from "./faults.js";
import { displayName } from "./people.js";
import { redraw, store } from "./state.js";
import { timeOf } from "./dates.js";

const DEADLINE = 3000;
const TROUBLE = "We had some trouble connecting";
const filter = { person: "", kind: "", failed: false };
const full = new Map();
const loading = new Set();

/** Opens the drawer at one delivery. */
export function showDelivery(id) {
  goPage({ inspector: "1", delivery: String(id) });
}

function openId() {
  return Number(store.route.delivery) || null;
}

export function inspector(pane) {
  const { deliveries } = pane.data;
  const list = deliveries.filter(isWanted);
  ensureLoaded(openId());
  return h("aside", { class: "inspector", key: "inspector", "aria-label": "Inspector", onkeydown: closeOnEscape },
    h("div", { class: "drawer-head" }, h("h2", null, "Inspector"),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close inspector", onclick: close }, icon("close"))),
    h("p", { class: "drawer-note" }, "What the app is sent. It has 3\u00a0s to answer."),
    faultsPanel(pane),
    filters(pane, deliveries),
    h("ol", { class: "deliveries", tabindex: 0, "aria-label": "Deliveries" },
      list.length ? list.map((one) => delivery(pane, one)) : h("li", { class: "empty", key: "none" }, deliveries.length ? "Nothing matches." : "Nothing was sent yet.")));
}

function close() {
  goPage({ inspector: "", delivery: "" });
}

function closeOnEscape(event) {
  if (event.key === "Escape") close();
}

function isWanted(one) {
  return (!filter.person || one.person === filter.person) && (!filter.kind || one.kind === filter.kind) && (!filter.failed || isTrouble(one));
}

function filters(pane, deliveries) {
  const choose = (name) => (event) => {
    filter[name] = event.target.value;
    redraw();
  };
  const select = (name, label, values, words) => h("select", { class: "filter", "aria-label": label, value: filter[name], onchange: choose(name) },
    h("option", { value: "" }, label), values.map((value) => h("option", { value, key: value }, words(value))));
  const seen = (name) => [...new Set(deliveries.map((one) => one[name]).filter(Boolean))].sort();
  return h("div", { class: "filters", role: "group", "aria-label": "Filter" },
    select("person", "Everyone", seen("person"), (id) => displayName(pane, id)),
    select("kind", "Every kind", seen("kind"), kindWords),
    h("label", { class: "toggle" }, h("input", { type: "checkbox", checked: filter.failed, onchange: () => (filter.failed = !filter.failed, redraw()) }), "Only errors"));
}

export function hasFailed(one) {
  return Boolean(one.error) || (one.ok === false && one.ms !== null);
}

/** Answered in time, perhaps, but a call that the app made for it went wrong. */
export function isTrouble(one) {
  return hasFailed(one) || one.failed_calls > 0;
}

function delivery(pane, one) {
  const open = openId() === one.id;
  const failed = hasFailed(one);
  const meta = [one.person && displayName(pane, one.person), timeOf(pane, one.at), one.retry_num ? `retry ${one.retry_num}` : "", callWords(one.calls), wayWords(one)];
  return h("li", { key: one.id, class: isTrouble(one) ? "delivery failed" : "delivery", "data-delivery": one.id, mount: open ? (el) => el.scrollIntoView({ block: "nearest" }) : undefined },
    h("button", { type: "button", class: "delivery-button", "aria-expanded": String(open), onclick: () => toggle(one.id, open) },
      h("span", { class: `kind kind-${one.kind}` }, kindWords(one.kind)),
      h("span", { class: "delivery-summary" }, one.summary),
      h("span", { class: "delivery-meta" }, meta.filter(Boolean).join(" · ")),
      ackBar(one, failed),
      failed ? h("span", { class: "delivery-error" }, `${TROUBLE}: ${errorWords(one)}`) : null,
      one.failed_calls ? h("span", { class: "delivery-error" }, `${one.failed_calls} of ${one.calls} ${one.calls === 1 ? "call" : "calls"} failed`) : null),
    open ? details(full.get(one.id)) : null);
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

function errorWords(one) {
  const words = {
    operation_timeout: "no answer within 3 s",
    connection_failed: "the app cannot be reached",
    connection_lost: "the connection was lost before the answer",
  };
  return words[one.error] || one.error || `status ${one.status}`;
}

function ackBar(one, failed) {
  const { ms } = one;
  const share = Math.min(100, ((ms ?? 0) / DEADLINE) * 100);
  const pace = failed ? "bad" : share > 60 ? "slow" : "good";
  return h("span", { class: "ack" },
    h("span", { class: "ack-track" }, h("span", { class: `ack-fill ${pace}`, style: { width: `${Math.max(1.5, share)}%` } })),
    h("span", { class: "ack-ms" }, ms === null ? "waiting…" : `${Math.round(ms).toLocaleString("en")} ms`),
    one.status ? h("span", { class: "ack-status" }, one.status) : null);
}

function toggle(id, open) {
  goPage({ delivery: open ? "" : String(id) }, { replace: true });
}

// A delivery still under way is asked for again until its answer is there.
async function ensureLoaded(id) {
  if (id === null || loading.has(id) || (full.get(id) && full.get(id).ms !== null)) return;
  loading.add(id);
  full.set(id, await get(`/playground/deliveries/${id}`));
  setTimeout(() => loading.delete(id), 500);
  redraw();
}

function details(found) {
  if (!found) return h("div", { class: "delivery-detail" }, "Opening…");
  const calls = found.api_calls || [];
  return h("div", { class: "delivery-detail" },
    part("Request", found.request, true), part("Response", found.response),
    h("h3", null, `${callWords(calls.length) || "No API calls"} meanwhile`),
    calls.map((call) => h("details", { class: call.ok === false ? "call failed" : "call" },
      h("summary", null, h("code", null, call.method), " ", h("span", { class: "call-answer" }, call.ok === false ? call.error || "failed" : "ok")),
      json(call.args, `Arguments of ${call.method}`), call.answer ? json(call.answer, `Answer to ${call.method}`) : null)),
    h("button", { type: "button", class: "button small copy", onclick: (event) => copy(event.currentTarget, found) }, icon("copy", 15), h("span", null, "Copy as JSON")));
}

async function copy(button, found) {
  const words = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(JSON.stringify(found, null, 2));
    words.textContent = "Copied";
  } catch {
    words.textContent = "The browser does not allow it";
  }
}

function part(title, value, closed = false) {
  if (value === undefined || value === null || value === "") return [h("h3", null, title), h("p", { class: "hint" }, "Empty")];
  return h("details", { class: "part", key: title, mount: (el) => (el.open = !closed) }, h("summary", null, title), json(value, title));
}

function json(value, label) {
  return h("pre", { class: "json", tabindex: 0, role: "group", "aria-label": label }, typeof value === "string" ? value : JSON.stringify(value, null, 2));
}
