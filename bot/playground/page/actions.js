// From a click to the server: confirmation first when the block asks for one,
// then one request, during which the control is busy.

import { h } from "./dom.js";
import { store, whileBusy } from "./state.js";
import { tellNow } from "./values.js";
import { textObject } from "./mrkdwn.js";
import { keepInside } from "./focus.js";

function busyKey(ctx, blockId, element) {
  return `${ctx.key}|${blockId}|${element.action_id}|${element.value || ""}`;
}

export function isBusy(ctx, blockId, element) {
  return store.ui.busy.has(busyKey(ctx, blockId, element));
}

/** Ask, then send; answers false when the person changed their mind. */
export async function dispatch(ctx, blockId, element, payload) {
  if (element.confirm && !(await confirmed(ctx.pane, element.confirm))) return false;
  await whileBusy(busyKey(ctx, blockId, element), async () => {
    await tellNow(ctx);
    await ctx.pane.act("action", { container: ctx.container, block_id: blockId, action_id: element.action_id, payload });
  });
  return true;
}

/** Whether the person at this pane says yes. */
export function confirmed(pane, dialog) {
  const cameFrom = document.activeElement;
  return new Promise((resolve) => {
    const answer = (yes) => {
      pane.setUi({ confirm: null });
      queueMicrotask(() => cameFrom?.isConnected && cameFrom.focus());
      resolve(yes);
    };
    pane.setUi({ confirm: { dialog, answer } });
  });
}

/** Over its own pane only: the other person can go on. */
export function confirmDialog(pane) {
  const { confirm } = pane.ui;
  if (!confirm) return null;
  const { dialog, answer } = confirm;
  const id = `confirm-${pane.side}`;
  const keydown = (event) => {
    if (event.key === "Escape") event.preventDefault(), answer(false);
    if (event.key === "Tab") keepInside(event);
  };
  return h("div", { class: "modal-layer confirm-layer", key: "confirm" },
    h("div", {
      class: "confirm", role: "dialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text`, tabindex: -1, onkeydown: keydown,
      mount: (el) => el.querySelector(".button").focus(),
    },
    h("h2", { id: `${id}-title` }, textObject(pane, dialog.title) || "Are you sure?"),
    h("div", { class: "confirm-text", id: `${id}-text` }, textObject(pane, dialog.text)),
    h("div", { class: "confirm-buttons" },
      h("button", { type: "button", class: "button", onclick: () => answer(false) }, textObject(pane, dialog.deny) || "Cancel"),
      h("button", {
        type: "button", class: `button ${dialog.style === "danger" ? "danger" : "primary"}`, onclick: () => answer(true),
      }, textObject(pane, dialog.confirm) || "Yes"))));
}
