// The bar above the simulated clients: who we are, what time it is, and the tools.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge, byOrganisation, placeOf, titleOf } from "./people.js";
import { clock } from "./clock.js";
import { isDark, toggleTheme } from "./theme.js";
import { companionOf, firstPlace, guideShown, toggleGuide } from "./guide.js";
import { isTrouble } from "./inspector.js";
import { isOpen, place, toggleMenu, walk } from "./popup.js";
import { closePane, goPage, openBeside } from "./route.js";
import { nameOf, redraw, store } from "./state.js";

export function topBar(skip) {
  const alone = store.panes.length === 1;
  return h("header", { class: "topbar", key: "topbar" },
    h("a", { class: "skip", href: "#", onclick: skip }, "Skip to the messages"),
    h("div", { class: "brand" }, h("img", { src: "/static/icon.svg", alt: "", width: 26, height: 26 }),
      h("span", { class: "brand-name" }, "Steward"), h("span", { class: "brand-kind" }, "playground")),
    alone ? personSwitch(store.panes[0]) : null,
    h("div", { class: "tools" }, clock(), besideTool(alone), tool("guide", "Guide", guideShown(), toggleGuide), inspectorTool(),
      h("button", { type: "button", class: "icon-button", "aria-label": isDark() ? "Light theme" : "Dark theme", title: "Theme", onclick: toggleTheme },
        icon(isDark() ? "sun" : "moon"))));
}

/** Above each of two panes: who sits there, and how to send them away. */
export function paneBar(pane) {
  return h("section", { class: "pane-bar", key: "pane-bar", "aria-label": `${nameOf(pane.person(pane.me))}'s side` }, personSwitch(pane), otherSide(pane),
    h("button", { type: "button", class: "icon-button", "aria-label": `Close ${nameOf(pane.person(pane.me))}'s side`, title: "Close this side", onclick: () => closePane(pane.side) }, icon("close")));
}

/** A narrow window shows one person at a time; this leads to the other. */
function otherSide(pane) {
  const other = store.panes[1 - pane.side];
  if (!other?.data) return null;
  const show = () => {
    store.active = other.side;
    redraw();
    queueMicrotask(() => document.querySelector(`[data-of="${other.side}"] .other-side`)?.focus());
  };
  return h("button", { type: "button", class: "other-side", "aria-label": `Show ${other.myName}'s side`, onclick: show, key: "other-side" },
    avatar(other.me, other.myName, "small"), h("span", null, other.myName));
}

function tool(sign, name, on, run, extra) {
  return h("button", { type: "button", class: on ? "tool on" : "tool", "aria-pressed": String(on), title: name, onclick: run, key: name },
    icon(sign), h("span", { class: "tool-name" }, name), extra);
}

function besideTool(alone) {
  return tool("beside", "Beside", !alone, () => (alone ? openBeside(companion(store.panes[0])) : closePane(1)));
}

function companion(pane) {
  const others = pane.data.people.filter((one) => !one.deleted && one.id !== pane.me);
  const as = (others.find((one) => one.id === companionOf(pane.me)) || others[0])?.id;
  return { as, channel: firstPlace(as) || "" };
}

let firstSeen;

function inspectorTool() {
  const { deliveries, faults = [] } = store.panes[0].data;
  // What failed before anybody looked is in the list, but raises no alarm.
  firstSeen ??= deliveries[0]?.id ?? 0;
  const failed = deliveries.filter((one) => one.id > firstSeen && isTrouble(one)).length;
  const on = Boolean(store.route.inspector);
  const sign = failed ? h("span", { class: "count", title: `${failed} failed` }, failed, h("span", { class: "visually-hidden" }, " failed")) : null;
  return tool(faults.length ? "broken" : "pulse", "Inspector", on, () => goPage({ inspector: on ? "" : "1" }), sign);
}

function personSwitch(pane) {
  const key = `people-${pane.side}`;
  const one = pane.person(pane.me);
  const open = isOpen(key);
  return h("div", { class: "person-switch", "data-menu": key, key: "person" },
    h("button", {
      type: "button", class: "person-button", "data-anchor": "", "aria-haspopup": "listbox", "aria-expanded": String(open),
      "aria-label": `Viewing as ${one ? nameOf(one) : "nobody"}. Switch person`, onclick: () => toggleMenu(key),
    }, one ? avatar(one.id, nameOf(one), "small") : null,
    h("span", { class: "person-words" }, h("small", null, "Viewing as"), h("strong", null, one ? nameOf(one) : "…"),
      one ? h("span", { class: "person-title" }, placeOf(one)) : null),
    icon("chevron", 16)),
    open ? cast(pane) : null);
}

function cast(pane) {
  const mount = (el) => {
    place(el);
    el.querySelector("[aria-selected=true]")?.focus();
  };
  return h("div", { class: "menu cast", role: "listbox", "aria-label": "People", popover: "manual", mount, after: (el) => place(el), onkeydown: walk },
    byOrganisation(pane).map(([team, people]) => h("div", { role: "group", "aria-label": team, key: team },
      h("div", { class: "menu-heading", role: "presentation" }, team), people.map((one) => castMember(pane, one)))));
}

function castMember(pane, one) {
  const on = one.id === pane.me;
  return h("button", { type: "button", role: "option", "aria-selected": String(on), class: on ? "menu-item active" : "menu-item", key: one.id, "data-person": one.id, onclick: () => pane.become(one.id) },
    avatar(one.id, nameOf(one), "small"),
    h("span", { class: "menu-label" }, h("span", null, nameOf(one), badge(one)), h("small", null, titleOf(one))),
    on ? icon("check", 16) : null);
}
