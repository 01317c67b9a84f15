// Alerts, cards, carousels, containers, plans and task cards.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { textObject } from "../mrkdwn.js";
import { drawElement } from "../elements/index.js";
import { image } from "./media.js";
import { richText } from "./rich_text.js";

const ALERT_SIGNS = { info: "info", warning: "warn", error: "warn", danger: "warn", success: "check", default: "info" };

export function alert(block, ctx) {
  const level = block.level || block.style || "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "status" },
    icon(ALERT_SIGNS[level] || "info"), h("div", null, textObject(ctx.pane, block.text)));
}

export function card(block, ctx, id) {
  return h("article", { class: "card" },
    block.hero_image ? h("div", { class: "card-hero" }, image(block.hero_image)) : null,
    h("div", { class: "card-head" },
      block.icon ? image(block.icon) : null,
      h("div", null,
        block.title ? h("strong", null, textObject(ctx.pane, block.title)) : null,
        block.subtitle ? h("small", null, textObject(ctx.pane, block.subtitle)) : null)),
    block.body ? h("div", { class: "card-body" }, textObject(ctx.pane, block.body)) : null,
    block.subtext ? h("div", { class: "card-body hint" }, textObject(ctx.pane, block.subtext)) : null,
    block.actions?.length ? h("div", { class: "actions" }, block.actions.map((element) => drawElement(element, ctx, id))) : null);
}

export function carousel(block, ctx, id) {
  return h("div", { class: "carousel", tabindex: 0, role: "group", "aria-label": "Cards" },
    (block.elements || block.cards || []).map((one) => card(one, ctx, id)));
}

export function container(block, ctx, id, drawBlocks) {
  return h("section", { class: "container-block" },
    block.title ? h("strong", null, textObject(ctx.pane, block.title)) : null,
    block.subtitle ? h("small", null, textObject(ctx.pane, block.subtitle)) : null,
    drawBlocks({ ...ctx, blocks: block.child_blocks || block.blocks || block.elements || [] }));
}

const TASK_SIGNS = { complete: "✓", completed: "✓", in_progress: "◐", pending: "○", error: "✕" };

export function taskCard(block, ctx) {
  return h("div", { class: `task task-${block.status}` },
    h("span", { class: "task-sign", "aria-label": block.status || "pending" }, TASK_SIGNS[block.status] || "○"),
    h("div", null, h("strong", null, textObject(ctx.pane, block.title)),
      block.details ? richText(block.details, ctx) : null, block.output ? richText(block.output, ctx) : null));
}

export function plan(block, ctx) {
  return h("div", { class: "plan" }, h("strong", null, textObject(ctx.pane, block.title)), (block.tasks || []).map((task) => taskCard(task, ctx)));
}
