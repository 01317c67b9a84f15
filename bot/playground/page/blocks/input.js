// Blocks that are answered: input, actions, context_actions.

import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { drawElement, fieldId } from "../elements/index.js";

const GROUPS = new Set(["radio_buttons", "checkboxes"]);

export function input(block, ctx, id) {
  const { element } = block;
  const fid = fieldId(ctx, id, element);
  const error = ctx.errors[block.block_id];
  const field = { aria: ariaOf(block, fid, error), labelId: `${fid}-label`, dispatches: Boolean(block.dispatch_action) };
  return h("div", { class: error ? "input-block invalid" : "input-block" },
    label(block, ctx, fid, GROUPS.has(element.type)),
    drawElement(element, ctx, id, field),
    h("div", { class: "field-error", id: `${fid}-error`, "aria-live": "polite", key: "error" }, error || null),
    block.hint ? h("div", { class: "hint", id: `${fid}-hint`, key: "hint" }, textObject(ctx.pane, block.hint)) : null);
}

function label(block, ctx, fid, isGroup) {
  const words = [textObject(ctx.pane, block.label), block.optional ? h("span", { class: "optional" }, " (optional)") : null];
  // A group has no single control to point at; it is named by aria-labelledby.
  return isGroup
    ? h("div", { class: "label", id: `${fid}-label`, key: "label" }, words)
    : h("label", { class: "label", id: `${fid}-label`, for: fid, key: "label" }, words);
}

function ariaOf(block, fid, error) {
  const described = [error && `${fid}-error`, block.hint && `${fid}-hint`].filter(Boolean).join(" ");
  return {
    id: fid, "aria-required": block.optional ? undefined : "true", "aria-invalid": error ? "true" : undefined,
    "aria-describedby": described || undefined,
  };
}

export function actions(block, ctx, id) {
  return h("div", { class: "actions", role: "group" },
    block.elements.map((element) => h("div", { class: `action action-${element.type}`, key: element.action_id }, drawElement(element, ctx, id))));
}

export function contextActions(block, ctx, id) {
  return actions(block, ctx, id);
}
