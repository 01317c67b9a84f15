// table and data_table. The second one sorts and turns pages, as in Slack.

import { h } from "../dom.js";
import { plain } from "../mrkdwn.js";
import { redraw } from "../state.js";
import { richText } from "./rich_text.js";

function cellContent(cell, ctx) {
  if (cell.type === "rich_text") return richText(cell, ctx);
  if (cell.type === "raw_number") return numberWords(cell);
  return plain(cell.text ?? cell.value ?? "");
}

function numberWords(cell) {
  return cell.text ?? new Intl.NumberFormat("en").format(cell.value ?? cell.number);
}

function cellText(cell) {
  if (cell.type === "rich_text") return JSON.stringify(cell.elements);
  return cell.value ?? cell.number ?? cell.text ?? "";
}

export function table(block, ctx) {
  const settings = block.column_settings || [];
  const [head, ...body] = block.rows || [];
  return h("div", { class: "table-wrap", tabindex: 0, role: "group", "aria-label": "Table" },
    h("table", null,
      h("thead", null, h("tr", null, (head || []).map((cell, column) => h("th", { scope: "col", class: columnClass(settings[column], cell) }, cellContent(cell, ctx))))),
      h("tbody", null, body.map((row) => h("tr", null, row.map((cell, column) => h("td", { class: columnClass(settings[column], cell) }, cellContent(cell, ctx))))))));
}

function columnClass(setting, cell) {
  const align = setting?.align || (cell.type === "raw_number" ? "right" : "left");
  return `align-${align}${setting?.is_wrapped ? " wrapped" : ""}`;
}

const tables = new Map();

export function dataTable(block, ctx, id) {
  const key = `${ctx.key}|${id}`;
  if (!tables.has(key)) tables.set(key, { page: 0, sort: null, down: false });
  const view = tables.get(key);
  const [head, ...body] = block.rows || [];
  const rows = sorted(body, view);
  const size = block.page_size || 10;
  const page = Math.min(view.page, Math.max(0, Math.ceil(rows.length / size) - 1));
  return h("figure", { class: "data-table" },
    block.caption ? h("figcaption", null, typeof block.caption === "string" ? block.caption : plain(block.caption.text)) : null,
    h("div", { class: "table-wrap", tabindex: 0, role: "group", "aria-label": "Table" },
      h("table", null,
        h("thead", null, h("tr", null, (head || []).map((cell, column) => headCell(cell, column, view, body, ctx)))),
        h("tbody", null, rows.slice(page * size, page * size + size).map((row) => bodyRow(row, block, ctx))))),
    rows.length > size ? pager(view, page, size, rows.length) : null);
}

function sorted(rows, { sort, down }) {
  if (sort === null) return rows;
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true }));
  return [...rows].sort((a, b) => compare(cellText(a[sort]), cellText(b[sort])) * (down ? -1 : 1));
}

function headCell(cell, column, view, body, ctx) {
  const on = view.sort === column;
  const turn = () => {
    Object.assign(view, { sort: column, down: on && !view.down, page: 0 });
    redraw();
  };
  const numeric = body[0]?.[column]?.type === "raw_number";
  return h("th", { scope: "col", class: numeric ? "align-right" : "", "aria-sort": on ? (view.down ? "descending" : "ascending") : "none" },
    h("button", { type: "button", class: "sort", onclick: turn }, cellContent(cell, ctx), h("span", { "aria-hidden": "true" }, on ? (view.down ? " ↓" : " ↑") : "")));
}

function bodyRow(row, block, ctx) {
  return h("tr", null, row.map((cell, column) => {
    const isHead = column === block.row_header_column_index;
    return h(isHead ? "th" : "td", { scope: isHead ? "row" : undefined, class: cell.type === "raw_number" ? "align-right" : "" }, cellContent(cell, ctx));
  }));
}

function pager(view, page, size, total) {
  const turn = (to) => () => {
    view.page = to;
    redraw();
  };
  return h("div", { class: "pager" },
    h("span", null, `${page * size + 1}–${Math.min(total, page * size + size)} of ${total}`),
    h("button", { type: "button", class: "button small", disabled: page === 0, onclick: turn(page - 1) }, "Previous"),
    h("button", { type: "button", class: "button small", disabled: (page + 1) * size >= total, onclick: turn(page + 1) }, "Next"));
}
