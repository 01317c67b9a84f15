// Pictures, videos and files. Only addresses that cannot run script are shown.

import { h, safeUrl } from "../dom.js";
import { icon } from "../icons.js";
import { plain, textObject } from "../mrkdwn.js";
import { redraw } from "../state.js";
import { sizeWords } from "../elements/files.js";

const broken = new Set();

// The page works without a network, where the alternative text says it all.
export function image(element) {
  const src = pictureUrl(element);
  const failed = () => {
    broken.add(src);
    redraw();
  };
  if (!src || broken.has(src)) return h("span", { class: "picture-missing", role: "img", "aria-label": element.alt_text }, icon("eye", 16), element.alt_text);
  return h("img", { src, alt: element.alt_text || "", loading: "lazy", onerror: failed });
}

function pictureUrl(element) {
  const { slack_file: file } = element;
  return safeUrl(element.image_url || file?.url || (file?.id && `/playground/files/${file.id}`));
}

export function imageBlock(block) {
  return h("figure", null, block.title ? h("figcaption", null, textObject(block.title)) : null, image(block));
}

export function video(block) {
  const href = safeUrl(block.title_url || block.video_url);
  return h("a", { class: "video", href, target: "_blank", rel: "noopener noreferrer" },
    h("span", { class: "video-play" }, icon("play", 28)),
    h("span", { class: "video-words" }, h("strong", null, textObject(block.title)),
      block.description ? h("small", null, textObject(block.description)) : null));
}

export function file(block) {
  return fileCard({ id: block.file_id, name: block.external_id || "Shared file", title: block.title });
}

/** A file under a message: its picture when it is one, else a card that downloads it. */
export function fileCard(file) {
  const href = safeUrl(file.url || file.url_private || (file.id && `/playground/files/${file.id}`));
  const name = file.title || file.name || file.id;
  const isPicture = (file.mimetype || file.type || "").startsWith("image/");
  return h("a", { class: isPicture ? "file-card picture" : "file-card", key: file.id || name, href, target: "_blank", rel: "noopener", download: isPicture ? undefined : name },
    isPicture && href ? h("img", { src: href, alt: name, loading: "lazy" }) : icon("file", 24),
    h("span", { class: "file-words" }, h("strong", null, plain(name, false)), h("small", null, details(file))));
}

function details(file) {
  return [file.pretty_type || file.filetype || file.mimetype || "File", file.size ? sizeWords(file.size) : ""].filter(Boolean).join(" · ");
}
