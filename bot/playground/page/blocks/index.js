// Which function draws which block. To add one, write it and name it here;
// a block that is not named shows as a red box, as Slack would refuse it.

import { h } from "../dom.js";
import { blockId } from "../values.js";
import { unknown } from "../elements/index.js";
import { context, divider, header, markdownBlock, section } from "./text.js";
import { actions, contextActions, input } from "./input.js";
import { file, imageBlock, video } from "./media.js";
import { alert, card, carousel, container, plan, taskCard } from "./cards.js";
import { richText } from "./rich_text.js";
import { dataTable, table } from "./table.js";
import { chart } from "./chart.js";

const BLOCKS = {
  section, header, divider, context, actions, input, video, file, alert, card, carousel, container, plan, table,
  image: imageBlock,
  markdown: markdownBlock,
  rich_text: richText,
  context_actions: contextActions,
  task_card: taskCard,
  data_table: dataTable,
  data_visualization: chart,
};

/** ctx: {pane, container, key, blocks, values, errors}; key names the surface for drafts and focus. */
export function drawBlocks(ctx) {
  return h("div", { class: "blocks" }, ctx.blocks.map((block, index) => drawBlock(block, index, ctx)));
}

function drawBlock(block, index, ctx) {
  const id = blockId(block, index);
  const content = drawSafely(block, ctx, id);
  return h("div", { class: `block block-${block.type}`, key: id, "data-block": id }, content);
}

// One malformed block must not take the whole page with it.
function drawSafely(block, ctx, id) {
  if (!BLOCKS[block.type]) return unknown("block", block.type);
  try {
    return BLOCKS[block.type](block, ctx, id, drawBlocks);
  } catch (problem) {
    console.error("Block cannot be drawn", block, problem);
    return unknown("block", `${block.type} (${problem.message})`);
  }
}

// Two panes may show one message, to two people or to the same.
function surface(pane) {
  return `p${pane.side}-${pane.me}`;
}

/** A channel, its message and the blocks of it, as the elements want them. */
export function messageContext(pane, channel, message) {
  return {
    pane, container: { type: "message", channel, ts: message.ts }, key: `${surface(pane)}-m-${channel}-${message.ts}`,
    blocks: message.blocks || [], values: message.state, errors: {},
  };
}

export function viewContext(pane, view) {
  return {
    pane, container: { type: "view", view_id: view.id }, key: `${surface(pane)}-v-${view.id}`, blocks: view.blocks || [],
    values: view.state, errors: view.errors || {},
  };
}

export function homeContext(pane, home) {
  return { pane, container: { type: "home" }, key: `${surface(pane)}-home`, blocks: home.blocks || [], values: home.state, errors: {} };
}
