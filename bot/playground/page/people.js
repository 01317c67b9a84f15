// Faces and names: coloured initials, the same colour for the same person.

import { h } from "./dom.js";
import { nameOf } from "./state.js";

const HUES = [212, 158, 28, 262, 340, 190, 96, 48, 236, 8, 300, 132];

function hueOf(id) {
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.charCodeAt(0)) >>> 0;
  return HUES[sum % HUES.length];
}

function initials(name) {
  const words = String(name || "?").trim().split(/\s+/);
  return (words[0][0] + (words.length > 1 ? words.at(-1)[0] : words[0][1] || "")).toUpperCase();
}

export function avatar(id, name, size = "medium", isApp = false) {
  // Slackbot speaks for Slack, not for the app.
  if (isApp && id !== "USLACKBOT") return h("span", { class: `avatar app ${size}`, "aria-hidden": "true" }, h("img", { src: "/static/icon.svg", alt: "" }));
  return h("span", { class: `avatar ${size}`, "aria-hidden": "true", style: { "--hue": String(hueOf(id)) } }, initials(name));
}

/** A guest is in this workspace, but of the organisation that the title begins with: "Acme: support desk". */
function organisationOf(one) {
  const [, named] = (one.guest && /^([^:]+): /.exec(one.title || "")) || [];
  return named || one.team_name || one.team || "Others";
}

export function titleOf(one) {
  const title = (one.title || "").replace(`${organisationOf(one)}: `, "");
  return title.charAt(0).toUpperCase() + title.slice(1);
}

export function placeOf(one) {
  return [titleOf(one), organisationOf(one)].filter(Boolean).join(", ");
}

/** People by organisation, the provider's own team first. */
export function byOrganisation(pane) {
  const groups = new Map();
  for (const one of pane.data.people.filter((candidate) => !candidate.deleted)) {
    const name = organisationOf(one);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(one);
  }
  const own = pane.data.team?.name;
  return [...groups].sort(([a], [b]) => (b === own) - (a === own));
}

export function badge(one) {
  if (one?.outsider) return h("span", { class: "tag", title: "From another organisation, through a shared channel" }, "external");
  return one?.guest ? h("span", { class: "tag", title: "A guest of this workspace" }, "guest") : null;
}

export function displayName(pane, id) {
  const one = pane.person(id);
  return one ? nameOf(one) : id;
}
