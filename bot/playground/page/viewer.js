// Files opened over the page: pictures, PDFs in the browser's own viewer, and text.
// Whatever else there is can only be saved: the server sends it as an attachment.

import { h, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { keepInside } from "./focus.js";
import { redraw, setUi, store } from "./state.js";

const TEXTS = /^text\/|json$|xml$|yaml$|javascript$|x-sh$/;
const TEXT_NAMES = /\.(txt|log|md|csv|tsv|json|ya?ml|xml|ini|toml|py|js|ts|css|html?|sql|sh|diff|patch)$/i;
const LONGEST_TEXT = 200_000;

export function kindOf(file) {
  const type = file.mimetype || "";
  if (/^image\/(png|jpeg|gif|webp)$/.test(type)) return "picture";
  if (type === "application/pdf") return "pdf";
  return TEXTS.test(type) || TEXT_NAMES.test(file.name || "") ? "text" : "other";
}

export function canView(file) {
  return kindOf(file) !== "other";
}

/** The file behind an address of this server, if it is one that some message shows. */
export function fileAt(href) {
  const [, id] = /\/playground\/files\/(\w+)$/.exec(href) || [];
  if (!id) return null;
  const places = store.panes.flatMap((pane) => pane.data?.channels || []);
  const files = places.flatMap((place) => place.messages.flatMap((message) => message.files));
  const found = files.find((file) => file.id === id);
  return found && canView(found) ? found : null;
}

let cameFrom = null;

export function view(file) {
  cameFrom = document.activeElement;
  setUi({ viewer: { file, text: null } });
  if (kindOf(file) === "text") readText(file);
}

async function readText(file) {
  const response = await fetch(file.url);
  const text = await response.text();
  if (store.ui.viewer?.file !== file) return;
  const words = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}\n…` : text;
  Object.assign(store.ui.viewer, { text: response.ok ? words : "This file could not be read." });
  redraw();
}

export function closeViewer() {
  setUi({ viewer: null });
  queueMicrotask(() => cameFrom?.isConnected && cameFrom.focus());
}

export function viewer() {
  const { viewer: open } = store.ui;
  if (!open) return null;
  const { file } = open;
  const name = file.title || file.name;
  const keydown = (event) => {
    if (event.key === "Escape") event.preventDefault(), event.stopPropagation(), closeViewer();
    if (event.key === "Tab") keepInside(event);
  };
  return h("div", { class: "viewer", key: "viewer", role: "dialog", "aria-modal": "true", "aria-label": name, tabindex: -1, onkeydown: keydown, mount: (el) => el.querySelector(".viewer-close").focus() },
    h("div", { class: "viewer-head" }, h("h2", null, name),
      h("a", { class: "tool", href: safeUrl(file.url), download: file.name }, icon("download"), "Download"),
      h("button", { type: "button", class: "icon-button viewer-close", "aria-label": "Close file", onclick: closeViewer }, icon("close"))),
    h("div", { class: "viewer-body", onclick: (event) => event.target === event.currentTarget && closeViewer() }, content(file, open.text, name)));
}

function content(file, text, name) {
  const src = safeUrl(file.url);
  const kind = kindOf(file);
  if (kind === "picture") return h("img", { class: "viewer-picture", src, alt: name });
  if (kind === "pdf") return h("iframe", { class: "viewer-pdf", src: `${src}#navpanes=0`, title: name });
  return h("pre", { class: "viewer-text", tabindex: 0 }, text ?? "Opening…");
}
