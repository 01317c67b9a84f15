// Modals: the top of the stack over the client. The bar above stays usable, so
// that one can look through other eyes while a form is open.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { textObject } from "./mrkdwn.js";
import { drawBlocks, viewContext } from "./blocks/index.js";
import { store, whileBusy } from "./state.js";
import { forget, taken, tellNow } from "./values.js";
import { keepInside } from "./focus.js";
import { hasFailed, showDelivery } from "./inspector.js";

const TROUBLE = "We had some trouble connecting. Try again?";

export function modal(pane) {
  const stack = pane.data.modals;
  const view = stack.at(-1);
  if (!view) return null;
  // A click beside the form must not take the keyboard away from it.
  const keepFocus = (event) => event.target === event.currentTarget && event.preventDefault();
  return h("div", { class: "modal-layer", key: "modal-layer", onmousedown: keepFocus },
    h("div", {
      class: "modal", role: "dialog", "aria-labelledby": `modal-title-${pane.side}`, tabindex: -1, key: view.id,
      "data-view": view.id, "data-callback": view.callback_id, inert: Boolean(pane.ui.confirm), mount: (el) => openModal(pane, el), onkeydown: (event) => keydown(event, pane, view),
    }, stack.length > 1 ? h("div", { class: "modal-depth", "aria-hidden": "true" }) : null, form(pane, view, stack.length)));
}

function form(pane, view, depth) {
  const ctx = viewContext(pane, view);
  const busy = isBusy(view);
  const submit = (event) => {
    event.preventDefault();
    if (view.submit) send(pane, view, ctx);
  };
  return h("form", { onsubmit: submit, novalidate: true, "aria-busy": busy || isChanging(ctx) ? "true" : undefined },
    h("div", { class: "modal-head" },
      depth > 1 ? h("button", { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => close(pane, view) }, icon("back")) : null,
      h("h2", { id: `modal-title-${pane.side}` }, textObject(pane, view.title)),
      h("button", { type: "button", class: "icon-button modal-close", "aria-label": "Close", onclick: () => close(pane, view) }, icon("close"))),
    banner(pane, view),
    h("div", { class: "modal-body", after: showFirstError(view) }, drawBlocks(ctx)),
    footer(pane, view, busy));
}

function isBusy(view) {
  return Boolean(view.busy) || store.ui.busy.has(`submit-${view.id}`);
}

/** A choice in it is on its way to the app, which may change the form. */
function isChanging(ctx) {
  return [...store.ui.busy].some((key) => key.startsWith(`${ctx.key}|`));
}

function banner(pane, view) {
  const words = pane.ui.trouble?.[view.id] || (view.banner === true ? TROUBLE : view.banner);
  return h("div", { class: "modal-banner", role: "alert", key: "banner", hidden: !words }, words ? [icon("warn"), h("span", null, textObject(pane, words)), behind(pane)] : null);
}

function behind(pane) {
  const failed = pane.data.deliveries.find((one) => one.person === pane.me && hasFailed(one));
  return failed ? h("button", { type: "button", class: "plain-link", onclick: () => showDelivery(failed.id) }, "Look behind it") : null;
}

function footer(pane, view, busy) {
  const hasInput = view.blocks.some((block) => block.type === "input");
  if (!view.submit && !view.close && !hasInput) return null;
  return h("div", { class: "modal-foot" },
    h("button", { type: "button", class: "button", onclick: () => close(pane, view) }, textObject(pane, view.close) || "Close"),
    view.submit || hasInput
      ? h("button", { type: "submit", class: "button primary", disabled: busy, key: "submit" }, busy ? h("span", { class: "spinner", "aria-hidden": "true" }) : null, textObject(pane, view.submit) || "Submit")
      : null);
}

async function send(pane, view, ctx) {
  pane.setUi({ trouble: { ...pane.ui.trouble, [view.id]: "" } });
  await whileBusy(`submit-${view.id}`, async () => {
    const answer = await pane.act("submit", { view_id: view.id, values: taken(ctx) }, { quiet: true });
    await pane.refresh();
    const now = pane.data.modals.find((one) => one.id === view.id);
    const said = now?.banner || Object.keys(now?.errors || {}).length;
    if (!answer.ok && !said) pane.setUi({ trouble: { ...pane.ui.trouble, [view.id]: answer.error || TROUBLE } });
  });
}

async function close(pane, view) {
  await tellNow(viewContext(pane, view));
  const answer = await pane.act("close", { view_id: view.id });
  if (answer.ok) forget(viewContext(pane, view).key);
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

function openModal(pane, el) {
  // What another person is doing beside this pane keeps the keyboard.
  const elsewhere = document.activeElement?.closest(".client");
  if (elsewhere && elsewhere !== el.closest(".client")) return;
  if (!el.contains(document.activeElement) && document.activeElement !== document.body) pane.cameFrom = document.activeElement;
  // A field that asked for focus on load already has it.
  if (el.contains(document.activeElement)) return;
  (el.querySelector(".modal-body input, .modal-body select, .modal-body textarea") || el).focus({ preventScroll: true });
}

/** After the last modal the composer, or whatever opened it, takes the focus back. */
export function restoreFocus(pane) {
  if (!pane.cameFrom || pane.data?.modals.length) return;
  if (pane.cameFrom.isConnected && document.activeElement === document.body) pane.cameFrom.focus();
  pane.cameFrom = null;
}

function keydown(event, pane, view) {
  if (event.key === "Escape" && !event.defaultPrevented && !pane.ui.confirm) {
    event.preventDefault();
    close(pane, view);
  } else if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
    event.currentTarget.querySelector("form").requestSubmit();
  } else if (event.key === "Tab") keepInside(event);
}
