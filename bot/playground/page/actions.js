// From a click to the server: confirmation first when the block asks for one,
// then one request, during which the control is busy.

import { h } from "./dom.js";
import { act, redraw, store, whileBusy } from "./state.js";
import { tellNow } from "./values.js";
import { textObject } from "./mrkdwn.js";

function busyKey(ctx, blockId, element) {
  return `${ctx.key}|${blockId}|${element.action_id}|${element.value || ""}`;
}

export function isBusy(ctx, blockId, element) {
  return store.ui.busy.has(busyKey(ctx, blockId, element));
}

/** Ask, then send; answers false when the person changed their mind. */
export async function dispatch(ctx, blockId, element, payload) {
  if (element.confirm && !(await confirmed(element.confirm))) return false;
  await whileBusy(busyKey(ctx, blockId, element), async () => {
    await tellNow(ctx);
    await act("action", { container: ctx.container, block_id: blockId, action_id: element.action_id, payload });
  });
  return true;
}

function confirmed(dialog) {
  const cameFrom = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      store.ui.confirm = null;
      redraw();
      cameFrom?.focus?.();
      resolve(yes);
    };
    store.ui.confirm = { dialog, answer };
    redraw();
  });
}

export function confirmDialog() {
  const { confirm } = store.ui;
  if (!confirm) return null;
  const { dialog, answer } = confirm;
  const cancel = (event) => {
    event.preventDefault();
    answer(false);
  };
  return h("dialog", {
    key: "confirm", class: "confirm", "aria-labelledby": "confirm-title", mount: (el) => el.showModal(), oncancel: cancel,
  },
  h("h2", { id: "confirm-title" }, textObject(dialog.title) || "Are you sure?"),
  h("div", { class: "confirm-text" }, textObject(dialog.text)),
  h("div", { class: "confirm-buttons" },
    h("button", { type: "button", class: "button", onclick: () => answer(false) }, textObject(dialog.deny) || "Cancel"),
    h("button", {
      type: "button", class: `button ${dialog.style === "danger" ? "danger" : "primary"}`, onclick: () => answer(true),
    }, textObject(dialog.confirm) || "Yes")));
}
