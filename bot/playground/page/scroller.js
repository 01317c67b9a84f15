// A list of messages that keeps its place: at the bottom it follows what comes, anywhere
// else nothing moves under the reader, whether messages are added above or below.

import { h } from "./dom.js";

const NEAR = 40;
const EARLY = 700;

export function scroller(pane, key, { onTop, onBottom, ...props }, ...children) {
  return h("div", {
    class: "scroller", key, role: "group", tabindex: 0, ...props, onkeydown: enter,
    onscroll: (event) => scrolled(event.currentTarget, onTop, onBottom),
    mount: (el) => {
      if (!pane.route.at) down(el);
      watchGrowth(pane, el);
    },
    before: remember,
    after: (el) => {
      restore(pane, el);
      scrolled(el, onTop, onBottom);
    },
  }, h("div", { class: "scroll-inner" }, children));
}

function down(el) {
  el.scrollTop = el.scrollHeight;
}

function nearBottom(el) {
  return el.scrollHeight - el.scrollTop - el.clientHeight < NEAR;
}

function scrolled(el, onTop, onBottom) {
  if (el.scrollTop < EARLY) onTop?.();
  if (el.scrollHeight - el.scrollTop - el.clientHeight < EARLY) onBottom?.();
}

// Before each drawing: at the bottom, or beside which message?
function remember(el) {
  el.__stays = nearBottom(el);
  if (el.__stays) return;
  const top = el.getBoundingClientRect().top;
  const seen = [...el.querySelectorAll(".message")].find((one) => one.getBoundingClientRect().bottom > top);
  el.__beside = seen && { ts: seen.dataset.ts, at: seen.getBoundingClientRect().top - top };
}

function restore(pane, el) {
  // Somebody was just led to a message; that is the place to keep.
  if (pane.led) return void (pane.led = false);
  if (el.__stays && !pane.route.at && !pane.window.before) return void down(el);
  const seen = el.__beside && el.querySelector(`.message[data-ts="${el.__beside.ts}"]`);
  if (seen) el.scrollTop += seen.getBoundingClientRect().top - el.getBoundingClientRect().top - el.__beside.at;
}

// Pictures and the window change heights without a new drawing.
function watchGrowth(pane, el) {
  let atBottom = true;
  el.addEventListener("scroll", () => (atBottom = nearBottom(el)));
  const observer = new ResizeObserver(() => {
    if (atBottom && !pane.route.at && !pane.window.before) down(el);
  });
  observer.observe(el);
  observer.observe(el.firstElementChild);
}

// The keyboard enters the list at its newest message.
function enter(event) {
  if (event.target !== event.currentTarget || event.key !== "ArrowUp") return;
  event.preventDefault();
  [...event.currentTarget.querySelectorAll(".message")].at(-1)?.focus();
}
