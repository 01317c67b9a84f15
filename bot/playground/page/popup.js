// Menus that open over everything: one at a time, closed by Escape, by a click
// elsewhere, walked with the arrow keys.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { redraw, setUi, store } from "./state.js";

export function isOpen(key) {
  return store.ui.menu === key;
}

export function toggleMenu(key) {
  setUi({ menu: isOpen(key) ? null : key });
}

export function closeMenu() {
  if (store.ui.menu) setUi({ menu: null });
}

/** Put a popup beside its anchor, in the browser's top layer so that no pane clips it. */
export function place(el, { align = "start", width = false } = {}) {
  const anchor = el.parentElement?.querySelector("[data-anchor]") || el.parentElement;
  if (el.showPopover && !el.matches(":popover-open")) el.showPopover();
  const at = anchor.getBoundingClientRect();
  if (width) el.style.width = `${at.width}px`;
  const size = el.getBoundingClientRect();
  const left = align === "end" ? at.right - size.width : at.left;
  const below = at.bottom + 4 + size.height <= innerHeight || at.top < size.height;
  el.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
  el.style.top = `${below ? at.bottom + 4 : at.top - size.height - 4}px`;
}

/** items: {label, hint?, icon?, danger?, url?, run} or {heading}. */
export function menu(key, items, options = {}) {
  const settle = (el) => place(el, options);
  const mount = (el) => {
    settle(el);
    el.querySelector("[role=menuitem]")?.focus();
  };
  return h("div", { class: "menu", role: "menu", popover: "manual", key: `menu-${key}`, mount, after: settle, onkeydown: walk },
    items.map((item) => (item.heading ? h("div", { class: "menu-heading" }, item.heading) : menuItem(item))));
}

function menuItem(item) {
  const run = () => {
    closeMenu();
    item.run?.();
  };
  return h("button", { type: "button", role: "menuitem", class: item.danger ? "menu-item danger" : "menu-item", onclick: run },
    item.icon ? icon(item.icon, 16) : null,
    h("span", { class: "menu-label" }, item.label, item.hint ? h("small", null, item.hint) : null));
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...this.querySelectorAll("button")];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
}

/** A button with its menu; the pair share one wrapper so the menu finds its anchor. */
export function menuButton(key, { label, content, items, className = "icon-button", align = "end", disabled }) {
  const open = isOpen(key);
  return h("span", { class: "menu-wrap", "data-menu": key },
    h("button", {
      type: "button", class: className, "data-anchor": "", title: label, "aria-label": label, disabled,
      "aria-haspopup": "menu", "aria-expanded": String(open), onclick: () => toggleMenu(key),
    }, content),
    open ? menu(key, items(), { align }) : null);
}

export function closeMenusOnDemand() {
  addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("[data-menu], .menu")) closeMenu();
  });
  // The menu follows its anchor; the drawing places it again.
  addEventListener("scroll", (event) => {
    if (store.ui.menu && !event.target.closest?.(".menu")) redraw();
  }, true);
}
