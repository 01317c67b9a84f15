// "Try this": a few steps for a newcomer, from guide.json; ticks stay in this browser.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { get } from "./api.js";
import { goPage } from "./route.js";
import { nameOf, redraw, store } from "./state.js";
import { mrkdwn } from "./mrkdwn.js";

const TICKS = "steward-playground-guide";
const HIDDEN = "steward-playground-guide-hidden";

let content = null;
const loading = get("/static/guide.json").then((answer) => {
  content = answer.steps ? answer : null;
  redraw();
});

/** Where somebody begins who has not been anywhere yet, if the guide knows. */
export function firstPlace(id) {
  return content?.places?.[id];
}

/** Who to put beside this person: the other one of the guide's story. */
export function companionOf(id) {
  return (content?.begin_as || []).find((one) => one !== id);
}

/** Who to be when the address names nobody: the first of these whom the server knows. */
export async function beginners() {
  await loading;
  return content?.begin_as || [];
}

function guideHidden() {
  if (store.route.guide) return store.route.guide === "off";
  // On a small screen it would cover the client, so there it waits to be asked.
  return (localStorage.getItem(HIDDEN) ?? (innerWidth <= 1180 ? "1" : "0")) === "1" || store.panes.length > 1;
}

export function toggleGuide() {
  const hide = guideShown();
  localStorage.setItem(HIDDEN, hide ? "1" : "0");
  // Two people fill the page, so there the guide comes when it is called by name.
  goPage({ guide: !hide && store.panes.length > 1 ? "on" : "", inspector: "" });
  redraw();
}

/** The inspector takes the guide's place while it is open. */
export function guideShown() {
  return !guideHidden() && !store.route.inspector;
}

function ticks() {
  try {
    return JSON.parse(localStorage.getItem(TICKS)) || {};
  } catch {
    return {};
  }
}

function setTick(id, on) {
  localStorage.setItem(TICKS, JSON.stringify({ ...ticks(), [id]: on }));
  redraw();
}

export function guide() {
  if (!content || guideHidden()) return null;
  tickDone();
  const done = ticks();
  const count = content.steps.filter((step) => done[step.id]).length;
  const next = content.steps.find((step) => !done[step.id]);
  return h("aside", { class: "guide", key: "guide", "aria-label": "Guide" },
    h("div", { class: "drawer-head" }, h("h2", null, content.title),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close guide", onclick: toggleGuide }, icon("close"))),
    h("div", { class: "guide-scroll", tabindex: 0, role: "group", "aria-label": "Steps" },
      h("p", { class: "drawer-note" }, mrkdwn(store.panes[0], content.intro)),
      h("ol", { class: "steps" }, content.steps.map((step, index) => drawStep(step, index, done[step.id], step === next))),
      count === content.steps.length ? h("p", { class: "guide-done" }, mrkdwn(store.panes[0], content.outro)) : null));
}

function drawStep(step, index, done, isNext) {
  return h("li", { class: ["step", done && "done", isNext && "next"].filter(Boolean).join(" "), key: step.id },
    h("button", { type: "button", class: "step-tick", "aria-pressed": String(Boolean(done)), "aria-label": `Step ${index + 1}: ${step.title}`, onclick: () => setTick(step.id, !done) },
      done ? icon("check", 14) : index + 1),
    h("div", { class: "step-words" }, h("strong", null, step.title), h("div", null, mrkdwn(store.panes[0], step.text)), step.as && isNext ? switchTo(step) : null));
}

function switchTo(step) {
  const [pane] = store.panes;
  const someone = pane.data.people.find((one) => one.id === step.as || nameOf(one) === step.as);
  if (!someone || store.panes.some((one) => one.me === someone.id)) return null;
  return h("button", { type: "button", class: "button small", onclick: () => pane.become(someone.id) }, `Become ${nameOf(someone)}`);
}

/** A step is done once a delivery answers its description, for instance {"kind": "command", "summary": "/request"}. */
function tickDone() {
  const done = ticks();
  const found = content.steps.filter((step) => !done[step.id] && step.done && store.panes[0].data.deliveries.some((one) => answers(one, step.done)));
  if (!found.length) return;
  const all = Object.assign({}, done, ...found.map((step) => ({ [step.id]: true })));
  localStorage.setItem(TICKS, JSON.stringify(all));
}

function answers(delivery, { kind, summary }) {
  return delivery.ok && (!kind || delivery.kind === kind) && String(delivery.summary).includes(summary);
}
