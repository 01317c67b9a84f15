// Buttons, link buttons, icon and feedback buttons, and the overflow menu.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../mrkdwn.js";
import { dispatch, isBusy } from "../actions.js";
import { menuButton } from "../popup.js";
import { followMessageLink, messageLink } from "../route.js";

export function button(element, ctx, blockId) {
  const busy = isBusy(ctx, blockId, element);
  const run = () => {
    if (element.url) visit(ctx.pane, element.url);
    dispatch(ctx, blockId, element, { value: element.value });
  };
  return h("button", {
    type: "button", class: `button ${element.style || ""}`, key: `${blockId}-${element.action_id}`, disabled: busy,
    "aria-busy": busy || undefined, "aria-label": element.accessibility_label, "data-action": element.action_id, onclick: run,
  }, textObject(ctx.pane, element.text), element.url ? h("span", { class: "button-out", "aria-hidden": "true" }, "↗") : null);
}

function visit(pane, url) {
  const inside = messageLink(url);
  if (inside) followMessageLink(pane, inside);
  else if (safeUrl(url)) window.open(url, "_blank", "noopener,noreferrer");
}

export function overflow(element, ctx, blockId) {
  const choose = (option) => () => {
    if (option.url) visit(ctx.pane, option.url);
    dispatch(ctx, blockId, element, { selected_option: option });
  };
  return menuButton(`${ctx.key}|${blockId}|${element.action_id}`, {
    label: "More actions", className: "button overflow", content: icon("more"), disabled: isBusy(ctx, blockId, element),
    items: () => element.options.map((option) => ({
      label: textObject(ctx.pane, option.text), hint: option.description && textObject(ctx.pane, option.description), run: choose(option),
    })),
  });
}

export function iconButton(element, ctx, blockId) {
  const run = () => dispatch(ctx, blockId, element, { value: element.value });
  const sign = { trash: "trash", "thumbs-up": "check" }[element.icon] || "bolt";
  return h("button", { type: "button", class: "icon-button", title: element.text?.text, "aria-label": element.text?.text, onclick: run }, icon(sign));
}

export function feedbackButtons(element, ctx, blockId) {
  const one = (choice, sign) => choice && h("button", {
    type: "button", class: "icon-button", "aria-label": choice.text.text, title: choice.text.text,
    onclick: () => dispatch(ctx, blockId, element, { value: choice.value }),
  }, sign);
  return h("span", { class: "feedback" }, one(element.positive_button, "👍"), one(element.negative_button, "👎"));
}
