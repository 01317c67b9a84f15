// The sidebar: workspace, Home, channels, direct messages.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, badge, placeOf, titleOf } from "./people.js";
import { nameOf, store } from "./state.js";

export function sidebar(pane) {
  const { team, channels } = pane.data;
  const places = channels.filter((one) => one.kind === "channel");
  const directs = channels.filter((one) => one.kind === "im");
  const close = () => pane.ui.sidebar && pane.setUi({ sidebar: false });
  return h("nav", { class: pane.ui.sidebar ? "sidebar open" : "sidebar", "aria-label": `Conversations of ${nameOf(pane.person(pane.me))}`, key: "sidebar", onclick: close },
    h("div", { class: "workspace-name" },
      h("span", { class: "workspace-mark", "aria-hidden": "true" }, (team?.name || "W")[0]),
      h("div", null, h("strong", null, team?.name || "Workspace"), h("small", null, "simulated Slack"))),
    h("div", { class: "side-scroll" },
      pane.data.app?.home_tab === false ? null : homeLink(pane),
      sideGroup("Channels", places, (one) => channelLink(pane, one)),
      sideGroup("Direct messages", directs, (one) => directLink(pane, one))),
    myself(pane));
}

function homeLink(pane) {
  const on = Boolean(pane.route.home);
  return h("button", { type: "button", class: on ? "side-link current" : "side-link", "aria-current": on ? "page" : undefined, onclick: () => pane.openHome() },
    icon("home"), h("span", { class: "side-name" }, `${pane.botName} Home`), h("span", { class: "tag app-tag" }, "APP"));
}

function sideGroup(title, list, draw) {
  if (!list.length) return null;
  return h("div", { class: "side-group", key: title }, h("h2", null, title), list.map(draw));
}

function sideLink(pane, one, sign, name, extra) {
  const on = !pane.route.home && pane.route.channel === one.id;
  // What is on screen is about to be marked read; its badge would only flash.
  const unread = on ? 0 : one.unread;
  const classes = ["side-link", on && "current", unread && "unread"].filter(Boolean).join(" ");
  return h("button", {
    type: "button", class: classes, key: one.id, "aria-current": on ? "page" : undefined, onclick: () => pane.openChannel(one.id),
  }, sign, h("span", { class: "side-name" }, name), extra,
  unread ? h("span", { class: "count" }, unread > 99 ? "99+" : unread, h("span", { class: "visually-hidden" }, " unread")) : null);
}

function channelLink(pane, one) {
  const shared = one.shared_with && one.shared_with.length
    ? h("span", { class: "side-shared", title: `Shared with ${sharedNames(pane, one)}` }, icon("shared", 14)) : null;
  return sideLink(pane, one, icon(one.private ? "lock" : "hash"), one.name, shared);
}

export function sharedNames(pane, one) {
  const teams = new Map(pane.data.people.map((candidate) => [candidate.team, candidate.team_name]));
  return [one.shared_with].flat().map((team) => teams.get(team) || team).join(", ");
}

function directLink(pane, one) {
  return sideLink(pane, one, avatar(one.id, one.name, "tiny", true), one.name || pane.botName, h("span", { class: "tag app-tag" }, "APP"));
}

function myself(pane) {
  const one = pane.person(pane.me);
  if (!one) return null;
  return h("div", { class: "myself" }, avatar(one.id, nameOf(one), "small"),
    h("div", { class: "myself-words" }, h("strong", null, nameOf(one), badge(one)), h("small", null, store.panes.length > 1 ? titleOf(one) : placeOf(one))));
}

export function menuToggle(pane) {
  const open = Boolean(pane.ui.sidebar);
  return h("button", {
    type: "button", class: "icon-button menu-toggle", "aria-label": "Channels", "aria-expanded": String(open),
    onclick: () => pane.setUi({ sidebar: !open }),
  }, icon("menu"));
}
