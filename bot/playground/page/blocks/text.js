// Blocks that are read: section, header, context, divider, markdown.

import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { drawElement } from "../elements/index.js";
import { image } from "./media.js";
import { markdown } from "../markdown.js";

export function section(block, ctx, id) {
  return [
    h("div", { class: "section-body" },
      block.text ? h("div", { class: "section-text" }, textObject(ctx.pane, block.text)) : null,
      block.fields ? h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textObject(ctx.pane, field)))) : null),
    block.accessory ? h("div", { class: `accessory accessory-${block.accessory.type}` }, drawElement(block.accessory, ctx, id)) : null,
  ];
}

export function header(block, ctx) {
  // Below the channel's name, and below the title of a form.
  return h(ctx.container.type === "view" ? "h3" : "h2", { class: "header-text" }, textObject(ctx.pane, block.text));
}

export function divider() {
  return h("hr");
}

export function context(block, ctx) {
  return block.elements.map((element) => (element.type === "image" ? image(element) : h("span", { class: "context-text" }, textObject(ctx.pane, element))));
}

export function markdownBlock(block, ctx) {
  return h("div", { class: "markdown" }, markdown(ctx.pane, block.text));
}
