// Pictures, videos and files. Only addresses that cannot run script are shown.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { plain, textObject } from "../mrkdwn.js";
import { redraw } from "../state.js";
import { sizeWords } from "../elements/files.js";
import { canView, kindOf, view } from "../viewer.js";

const broken = new Set();

// The page works without a network, where the alternative text says it all.
export function image(element) {
  const src = pictureUrl(element);
  const failed = () => {
    broken.add(src);
    redraw();
  };
  if (!src || broken.has(src)) return h("span", { class: "picture-missing", role: "img", "aria-label": element.alt_text || "A picture" }, icon("eye", 16), element.alt_text);
  return h("img", { src, alt: element.alt_text || "", loading: "lazy", onerror: failed });
}

function pictureUrl(element) {
  const { slack_file: file } = element;
  return safeUrl(element.image_url || file?.url || (file?.id && `/playground/files/${file.id}`));
}

export function imageBlock(block, ctx) {
  return h("figure", null, block.title ? h("figcaption", null, textObject(ctx.pane, block.title)) : null, image(block));
}

/** The picture and the title of a video; it plays where it lives. */
export function video(block, ctx) {
  const href = safeUrl(block.title_url || block.video_url);
  const about = [block.author_name, block.provider_name].filter(Boolean).join(" · ");
  return h("a", { class: "video", href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { class: "video-play" }, icon("play", 28)),
    h("span", { class: "video-words" }, h("strong", null, textObject(ctx.pane, block.title)),
      block.description ? h("small", null, textObject(ctx.pane, block.description)) : null,
      about ? h("small", null, about) : null));
}

export function file(block) {
  return fileCard({ id: block.file_id, name: block.external_id || "Shared file", title: block.title });
}

/** A file under a message: its picture, or a card; both open what can be shown, and all can be saved. */
export function fileCard(file) {
  const href = safeUrl(file.url || (file.id && `/playground/files/${file.id}`));
  const name = file.title || file.name || file.id;
  return h("div", { class: "file-card", key: file.id || name },
    kindOf(file) === "picture" && href ? thumbnail(file, href, name) : null,
    h("div", { class: "file-line" },
      h("span", { class: `file-sign file-${kindOf(file)}`, "aria-hidden": "true" }, extension(file)),
      h("span", { class: "file-words" }, canView(file) ? opener(file, name) : h("strong", null, plain(name, false)), h("small", null, details(file))),
      h("a", { class: "icon-button", href, download: file.name || name, title: "Download", "aria-label": `Download ${name}` }, icon("download"))));
}

function opener(file, name) {
  return h("button", { type: "button", class: "file-open", "aria-label": `Open ${name}`, onclick: () => view(file) }, plain(name, false));
}

function thumbnail(file, href, name) {
  return h("button", { type: "button", class: "thumbnail", tabindex: -1, "aria-hidden": "true", onclick: () => view(file) }, h("img", { src: href, alt: name, loading: "lazy" }));
}

function extension(file) {
  const [, found] = /\.(\w{1,4})$/.exec(file.name || "") || [];
  return (found || "file").toUpperCase();
}

const KINDS = { "application/pdf": "PDF", "text/plain": "Text", "text/csv": "Table", "application/json": "JSON", "application/zip": "Archive", "text/markdown": "Markdown" };

function details(file) {
  const kind = KINDS[file.mimetype] || (file.mimetype || "").replace("image/", "Picture, ") || "File";
  return [kind, file.size ? sizeWords(file.size) : ""].filter(Boolean).join(" · ");
}
