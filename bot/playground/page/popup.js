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

/** Closing gives the keyboard back to the button that opened it. */
export function closeMenu() {
  const { menu } = store.ui;
  if (!menu) return;
  const button = [...document.querySelectorAll("[data-menu]")].find((el) => el.dataset.menu === menu)?.querySelector("[data-anchor]");
  const inside = document.activeElement?.closest?.(".menu");
  setUi({ menu: null });
  if (inside) button?.focus();
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

/** A small window of any kind beside its anchor; the first control in it takes the keyboard. */
export function popup(key, props, ...children) {
  const settle = (el) => place(el, { align: "end" });
  const mount = (el) => {
    settle(el);
    el.querySelector("button, a, input")?.focus();
  };
  return h("div", { popover: "manual", key: `popup-${key}`, mount, after: settle, ...props, class: `menu ${props.class || ""}` }, children);
}

/** items: {label, hint?, icon?, danger?, url?, run} or {heading}. */
export function menu(key, items, options = {}) {
  const settle = (el) => place(el, options);
  const mount = (el) => {
    settle(el);
    el.querySelector("[role=menuitem]")?.focus();
  };
  return h("div", { class: "menu", role: "menu", "aria-label": options.label, popover: "manual", key: `menu-${key}`, mount, after: settle, onkeydown: walk },
    items.map((item) => (item.heading ? h("div", { class: "menu-heading", role: "presentation" }, item.heading) : menuItem(item))));
}

function menuItem(item) {
  const run = () => {
    closeMenu();
    item.run?.();
  };
  return h("button", { type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "menu-item danger" : "menu-item", onclick: run },
    item.icon ? icon(item.icon, 16) : null,
    h("span", { class: "menu-label" }, item.label, item.hint ? h("small", null, item.hint) : null));
}

/** Arrows go round, Home and End to the ends, a letter to the next item that begins with it. */
export function walk(event) {
  const items = [...this.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  const next = to === undefined ? byLetter(items, at, event) : items[(to + items.length) % items.length];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function byLetter(items, at, { key, ctrlKey, metaKey }) {
  if (key.length > 1 || key === " " || ctrlKey || metaKey) return undefined;
  const later = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  return later.find((item) => (item.querySelector(".menu-label") || item).textContent.toLowerCase().startsWith(key.toLowerCase()));
}

/** A button with its menu; the pair share one wrapper so the menu finds its anchor. */
export function menuButton(key, { label, content, items, className = "icon-button", align = "end", disabled }) {
  const open = isOpen(key);
  return h("span", { class: "menu-wrap", "data-menu": key },
    h("button", {
      type: "button", class: className, "data-anchor": "", title: label, "aria-label": label, disabled,
      "aria-haspopup": "menu", "aria-expanded": String(open), onclick: () => toggleMenu(key),
    }, content),
    open ? menu(key, items(), { align, label }) : null);
}

export function closeMenusOnDemand() {
  addEventListener("pointerdown", (event) => {
    if (!event.target.closest?.("[data-menu], .menu")) closeMenu();
  });
  // Before anybody else hears it: Escape closes the menu and not the thread or drawer behind it.
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !store.ui.menu) return;
    event.preventDefault();
    event.stopPropagation();
    closeMenu();
  }, true);
  // The menu follows its anchor; the drawing places it again.
  addEventListener("scroll", (event) => {
    if (store.ui.menu && !event.target.closest?.(".menu")) redraw();
  }, true);
}
