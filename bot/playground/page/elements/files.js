// Files: added by button or by dropping, uploaded at once, removed one by one.

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { upload } from "../api.js";
import { current, put } from "../values.js";
import { redraw, store, whileBusy } from "../state.js";

export function fileInput(element, ctx, blockId, field) {
  const files = current(ctx, blockId, element) || [];
  const room = (element.max_files ?? 10) - files.length;
  const take = (chosen) => addFiles(element, ctx, blockId, [...chosen].slice(0, room));
  const drop = (event) => {
    event.preventDefault();
    take(event.dataTransfer.files);
  };
  return h("div", { class: "file-input", ondragover: (event) => event.preventDefault(), ondrop: drop },
    files.map(asFile).map((file) => fileChip(file, () => put(ctx, blockId, element, files.filter((one) => one.id !== file.id)))),
    room > 0 ? fileButton(element, field, take, store.ui.busy.has(`${ctx.key}|upload`)) : null);
}

function fileButton(element, field, take, busy) {
  const pick = (event) => {
    take(event.target.files);
    event.target.value = "";
  };
  return h("label", { class: "button file-button", key: "add" }, icon("clip", 16), busy ? "Uploading…" : "Add files",
    h("input", { ...field.aria, type: "file", multiple: true, class: "visually-hidden", accept: accepted(element), onchange: pick }));
}

function accepted(element) {
  return element.filetypes?.map((kind) => `.${kind}`).join(",");
}

const asFile = (file) => (typeof file === "string" ? { id: file, name: file } : file);

export function fileChip(file, remove) {
  return h("span", { class: "file-chip", key: file.id || file.name }, icon("file", 16),
    h("span", { class: "file-name" }, file.name || file.title || file.id), file.size ? h("small", null, sizeWords(file.size)) : null,
    remove ? h("button", { type: "button", class: "chip-close", "aria-label": `Remove ${file.name}`, onclick: remove }, icon("close", 12)) : null);
}

export function sizeWords(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

async function addFiles(element, ctx, blockId, chosen) {
  await whileBusy(`${ctx.key}|upload`, async () => {
    const added = await uploadAll(ctx.pane, chosen);
    put(ctx, blockId, element, [...(current(ctx, blockId, element) || []), ...added]);
  });
}

export async function uploadAll(pane, chosen) {
  const added = [];
  for (const file of chosen) {
    const answer = await upload(pane.me, file);
    if (answer.ok) added.push(answer.file);
    else pane.toast(`${file.name} could not be uploaded: ${answer.error}`, "error");
  }
  redraw();
  return added;
}
