// Line icons of our own, drawn on a 20×20 grid in the colour of the text.

import { h } from "./dom.js";

const PATHS = {
  hash: "M8 3 6 17M14 3l-2 14M3.5 7.5h13M3 12.5h13",
  lock: "M5 9h10v7H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  home: "M3 9.5 10 4l7 5.5M5 8.5V16h10V8.5",
  reply: "M4 5h12v8H9l-4 3v-3H4z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  close: "m5 5 10 10M15 5 5 15",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 6v4l3 2",
  clip: "m14.5 9-5 5a3 3 0 0 1-4.3-4.3l6-6a2 2 0 0 1 3 3l-5.8 5.8a1 1 0 0 1-1.5-1.5L12 6",
  send: "M3.5 10 16.5 4l-4 12-3-5z",
  sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1 1M14.7 14.7l1 1M4.3 15.7l1-1M14.7 5.3l1-1",
  moon: "M15.5 12A6.5 6.5 0 0 1 8 4.5 6.5 6.5 0 1 0 15.5 12",
  pulse: "M2.5 10H6l2-5 4 10 2-5h3.5",
  guide: "M10 5.5C8 4 5.5 4 3 4.5v11c2.5-.5 5-.5 7 1 2-1.5 4.5-1.5 7-1v-11c-2.5-.5-5-.5-7 1zM10 5.5v11",
  chevron: "m5.5 8 4.5 4.5L14.5 8",
  back: "M12 5 7 10l5 5",
  repeat: "M4.5 8.5A6 6 0 0 1 16 9M15.5 4.5V9H11M15.5 11.5A6 6 0 0 1 4 11M4.5 15.5V11H9",
  shared: "M4 4h8v8H4zM8 8h8v8H8z",
  search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4M13 13l3.5 3.5",
  menu: "M3 6h14M3 10h14M3 14h14",
  edit: "M4 16v-3l8.5-8.5 3 3L7 16zM11 6l3 3",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6",
  bolt: "M11 3 5 11h4l-1 6 6-8h-4z",
  pin: "M8 3h4l-.5 5 2.5 2.5v1H6v-1L8.5 8zM10 11.5V17",
  file: "M5.5 3H11l3.5 3.5V17h-9zM11 3v3.5h3.5",
  check: "m4.5 10.5 3.5 3.5 7.5-8",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9v4.5M10 6.5v.01",
  warn: "M10 3.5 17.5 16h-15zM10 8.5v3.5M10 14v.01",
  play: "M7 5v10l8-5z",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  smile: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M7 12c1.6 2 4.4 2 6 0M7.5 8.2v.01M12.5 8.2v.01",
  link: "M8.5 11.5l3-3M9 6.5l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M11 13.5l-2 2A3.2 3.2 0 0 1 4.5 11l2-2",
  down: "M10 4v11M5.5 10.5 10 15l4.5-4.5",
  beside: "M3 4h14v12H3zM10 4v12",
  copy: "M7 7h9v9H7zM4 13V4h9",
  broken: "M3 7h6M11 7h6M3 13h3M8 13h9M9 4l-2 12",
  eye: "M2.5 10S5 5 10 5s7.5 5 7.5 5S15 15 10 15s-7.5-5-7.5-5M10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
};

export function icon(name, size = 18) {
  return h("svg", { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    h("path", { d: PATHS[name] || PATHS.info }));
}
