// A combobox: choosing several, or choosing from what the app finds for the
// letters typed (external_select). Follows the ARIA combobox pattern.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { post } from "../api.js";
import { redraw } from "../state.js";
import { current } from "../values.js";
import { place } from "../popup.js";
import { choose, peopleOptions, placeOptions } from "./select.js";

const pickers = new Map();

function pickerOf(key) {
  if (!pickers.has(key)) pickers.set(key, { query: "", open: false, active: 0, found: [], loading: false, names: new Map() });
  return pickers.get(key);
}

const SOURCES = {
  multi_static_select: (element) => element.options || (element.option_groups || []).flatMap((group) => group.options),
  multi_users_select: (element, pane) => peopleOptions(pane),
  multi_channels_select: (element, pane) => placeOptions(pane),
  multi_conversations_select: (element, pane) => placeOptions(pane),
};

export function picker(element, ctx, blockId, field) {
  const part = new Picker(element, ctx, blockId, field);
  return part.render();
}

class Picker {
  constructor(element, ctx, blockId, field) {
    Object.assign(this, { element, ctx, blockId, field });
    this.state = pickerOf(`${ctx.key}|${blockId}|${element.action_id}`);
    this.multi = element.type.startsWith("multi_");
    this.external = element.type.includes("external");
    this.ids = /users|channels|conversations/.test(element.type);
  }

  chosen() {
    const value = current(this.ctx, this.blockId, this.element);
    const list = this.multi ? value || [] : value ? [value] : [];
    return this.ids ? list.map((id) => this.all().find((option) => option.value === id) || { value: id, text: { text: id } }) : list;
  }

  all() {
    return this.external ? this.state.found : SOURCES[this.element.type](this.element, this.ctx.pane);
  }

  offered() {
    const taken = new Set(this.chosen().map((option) => option.value));
    const query = this.external ? "" : this.state.query.toLowerCase();
    return this.all().filter((option) => !(this.multi && taken.has(option.value)) && option.text.text.toLowerCase().includes(query));
  }

  set(options) {
    const limit = this.element.max_selected_items;
    const kept = limit ? options.slice(-limit) : options;
    const list = this.ids ? kept.map((option) => option.value) : kept;
    choose(this.element, this.ctx, this.blockId, this.field, this.multi ? list : list[0] || null);
  }

  add(option) {
    Object.assign(this.state, { query: "", open: this.multi, active: 0 });
    this.set(this.multi ? [...this.chosen(), option] : [option]);
  }

  remove(option) {
    this.set(this.chosen().filter((one) => one.value !== option.value));
  }

  show() {
    this.state.open = true;
    if (this.external) this.search();
    redraw();
  }

  hide() {
    this.state.open = false;
    redraw();
  }

  type(text) {
    Object.assign(this.state, { query: text, open: true, active: 0 });
    if (this.external) this.search();
    redraw();
  }

  search() {
    clearTimeout(this.state.timer);
    if (this.state.query.length < (this.element.min_query_length ?? 3)) {
      this.state.found = [];
      return;
    }
    this.state.loading = true;
    this.state.timer = setTimeout(() => this.ask(this.state.query), 200);
  }

  async ask(value) {
    const answer = await post("options", {
      as: this.ctx.pane.me, container: this.ctx.container, block_id: this.blockId, action_id: this.element.action_id, value,
    });
    // The person may have typed on while this was under way.
    if (value !== this.state.query) return;
    if (!answer.ok) this.ctx.pane.toast(answer.error || "The choices could not be loaded.", "error");
    const groups = answer.option_groups || [];
    Object.assign(this.state, { loading: false, found: answer.options || groups.flatMap((group) => group.options) });
    redraw();
  }

  keydown(event) {
    const offered = this.offered();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.state.active = (this.state.active + step + offered.length) % Math.max(1, offered.length);
      this.show();
    } else if (event.key === "Enter" && this.state.open && offered[this.state.active]) {
      event.preventDefault();
      this.add(offered[this.state.active]);
    } else if (event.key === "Escape" && this.state.open) {
      // Only the list closes; the modal around it stays.
      event.preventDefault();
      event.stopPropagation();
      this.hide();
    } else if (event.key === "Backspace" && !this.state.query && this.chosen().length) {
      this.remove(this.chosen().at(-1));
    }
  }

  render() {
    const chosen = this.chosen();
    return h("div", { class: "picker" },
      h("div", { class: "picker-box", "data-anchor": "" }, chosen.map((option) => this.chip(option)), this.input(chosen)),
      this.state.open ? this.list() : null);
  }

  chip(option) {
    return h("span", { class: "chip", key: `chip-${option.value}` }, option.text.text,
      h("button", { type: "button", "aria-label": `Remove ${option.text.text}`, onclick: () => this.remove(option) }, icon("close", 12)));
  }

  input(chosen) {
    const { aria } = this.field;
    const placeholder = chosen.length ? "" : this.element.placeholder?.text || (this.external ? "Type to search" : "Choose options");
    return h("input", {
      ...aria, key: "query", type: "text", role: "combobox", autocomplete: "off", "aria-autocomplete": "list",
      "aria-expanded": String(this.state.open), "aria-controls": `${aria.id}-list`, placeholder, value: this.state.query,
      "aria-activedescendant": this.state.open ? `${aria.id}-${this.state.active}` : undefined,
      onfocus: () => this.show(), onblur: () => this.hide(), onclick: () => this.show(),
      oninput: (event) => this.type(event.target.value), onkeydown: (event) => this.keydown(event),
    });
  }

  list() {
    const offered = this.offered();
    const settle = (el) => place(el, { width: true });
    return h("div", { class: "menu listbox", id: `${this.field.aria.id}-list`, role: "listbox", popover: "manual", mount: settle, after: settle },
      offered.length ? offered.map((option, index) => this.option(option, index)) : h("div", { class: "menu-heading" }, this.emptyWords()));
  }

  emptyWords() {
    if (this.state.loading) return "Searching…";
    const needed = this.element.min_query_length ?? 3;
    if (this.external && this.state.query.length < needed) return `Type ${needed} letter${needed > 1 ? "s" : ""} or more`;
    return "Nothing found";
  }

  option(option, index) {
    // The field must keep its focus, or its blur would close the list before the click.
    const take = (event) => {
      event.preventDefault();
      this.add(option);
    };
    return h("div", {
      role: "option", id: `${this.field.aria.id}-${index}`, class: index === this.state.active ? "menu-item active" : "menu-item",
      "aria-selected": String(index === this.state.active), key: option.value, onpointerdown: take,
    }, h("span", { class: "menu-label" }, option.text.text, option.description ? h("small", null, option.description.text) : null));
  }
}
