// Modals: the top of the stack over the client. The bar above stays usable, so
// that one can look through other eyes while a form is open.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { drawBlocks, viewContext } from "./blocks/index.js";
import { act, refresh, setUi, store, whileBusy } from "./state.js";
import { forget, taken, tellNow } from "./values.js";

const TROUBLE = "We had some trouble connecting. Try again?";

export function modal() {
  const stack = store.data.modals;
  const view = stack.at(-1);
  if (!view) return null;
  // A click beside the form must not take the keyboard away from it.
  const keepFocus = (event) => event.target === event.currentTarget && event.preventDefault();
  return h("div", { class: "modal-layer", key: "modal-layer", onmousedown: keepFocus },
    h("div", {
      class: "modal", role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title", tabindex: -1, key: view.id,
      "data-view": view.id, "data-callback": view.callback_id, mount: openModal, onkeydown: (event) => keydown(event, view),
    }, stack.length > 1 ? h("div", { class: "modal-depth", "aria-hidden": "true" }) : null, form(view, stack.length)));
}

function form(view, depth) {
  const ctx = viewContext(view);
  const busy = isBusy(view);
  const submit = (event) => {
    event.preventDefault();
    if (view.submit) send(view, ctx);
  };
  return h("form", { onsubmit: submit, novalidate: true, "aria-busy": busy ? "true" : undefined },
    h("header", { class: "modal-head" },
      depth > 1 ? h("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => close(view) }, icon("back")) : null,
      h("h2", { id: "modal-title" }, textObject(view.title)),
      h("button", { type: "button", class: "icon-button modal-close", "aria-label": "Close", onclick: () => close(view) }, icon("close"))),
    banner(view),
    h("div", { class: "modal-body", after: showFirstError(view) }, drawBlocks(ctx)),
    footer(view, busy));
}

function isBusy(view) {
  return Boolean(view.busy) || store.ui.busy.has(`submit-${view.id}`);
}

function banner(view) {
  const words = store.ui.trouble?.[view.id] || (view.banner === true ? TROUBLE : view.banner);
  return h("div", { class: "modal-banner", role: "alert", key: "banner", hidden: !words }, words ? [icon("warn"), h("span", null, textObject(words))] : null);
}

function footer(view, busy) {
  const hasInput = view.blocks.some((block) => block.type === "input");
  if (!view.submit && !view.close && !hasInput) return null;
  return h("footer", { class: "modal-foot" },
    h("button", { type: "button", class: "button", onclick: () => close(view) }, textObject(view.close) || "Close"),
    view.submit || hasInput
      ? h("button", { type: "submit", class: "button primary", disabled: busy, key: "submit" }, busy ? h("span", { class: "spinner", "aria-hidden": "true" }) : null, textObject(view.submit) || "Submit")
      : null);
}

async function send(view, ctx) {
  setUi({ trouble: { ...store.ui.trouble, [view.id]: "" } });
  await whileBusy(`submit-${view.id}`, async () => {
    const answer = await act("submit", { view_id: view.id, values: taken(ctx) }, { quiet: true });
    await refresh();
    const now = store.data.modals.find((one) => one.id === view.id);
    const said = now?.banner || Object.keys(now?.errors || {}).length;
    if (!answer.ok && !said) setUi({ trouble: { ...store.ui.trouble, [view.id]: answer.error || TROUBLE } });
  });
}

async function close(view) {
  await tellNow(viewContext(view));
  const answer = await act("close", { view_id: view.id });
  if (answer.ok) forget(`v-${view.id}`);
}

const shownErrors = new Map();

// The first wrong field takes the focus, once per answer.
function showFirstError(view) {
  const words = JSON.stringify(view.errors || {});
  return (el) => {
    if (shownErrors.get(view.id) === words) return;
    shownErrors.set(view.id, words);
    el.querySelector("[aria-invalid=true]")?.focus();
  };
}

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), select, textarea, a[href], [tabindex='0']";

let cameFrom = null;

function openModal(el) {
  if (!el.contains(document.activeElement) && document.activeElement !== document.body) cameFrom = document.activeElement;
  // A field that asked for focus on load already has it.
  if (el.contains(document.activeElement)) return;
  (el.querySelector(".modal-body input, .modal-body select, .modal-body textarea") || el).focus({ preventScroll: true });
}

/** After the last modal the composer, or whatever opened it, takes the focus back. */
export function restoreFocus() {
  if (!cameFrom || store.data?.modals.length) return;
  if (cameFrom.isConnected && document.activeElement === document.body) cameFrom.focus();
  cameFrom = null;
}

function keydown(event, view) {
  if (event.key === "Escape" && !event.defaultPrevented && !store.ui.menu && !store.ui.confirm) {
    event.preventDefault();
    close(view);
  } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    event.currentTarget.querySelector("form").requestSubmit();
  } else if (event.key === "Tab") keepInside(event);
}

function keepInside(event) {
  const items = [...event.currentTarget.querySelectorAll(FOCUSABLE)].filter((el) => el.offsetParent !== null || el.getClientRects().length);
  const [first, last] = [items[0], items.at(-1)];
  const leaving = event.shiftKey ? document.activeElement === first || document.activeElement === event.currentTarget : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
