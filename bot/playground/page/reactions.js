// Reacting to a message: a small board of the emoji people use most.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { emojiNode } from "./mrkdwn.js";
import { closeMenu, isOpen, popup, toggleMenu, walk } from "./popup.js";

const BOARD = ["+1", "-1", "eyes", "white_check_mark", "pray", "tada", "heart", "joy", "raised_hands", "clap", "thinking_face", "rocket",
  "fire", "warning", "question", "hourglass_flowing_sand", "wave", "x"];

export function reactButton(pane, channel, one, className, inThread) {
  // A thread's first message is on screen twice.
  const key = `react-${pane.side}-${channel.id}-${one.ts}-${className}-${inThread}`;
  const open = isOpen(key);
  const pick = (name) => () => {
    closeMenu();
    pane.act("react", { channel: channel.id, ts: one.ts, name });
  };
  return h("span", { class: "menu-wrap react", "data-menu": key, key: `react-${className}` },
    h("button", {
      type: "button", class: `${className} react-button`, "data-anchor": "", title: "Add reaction", "aria-label": "Add reaction",
      "aria-haspopup": "dialog", "aria-expanded": String(open), onclick: () => toggleMenu(key),
    }, icon("smile", className === "icon-button" ? 18 : 15)),
    open ? popup(key, { class: "board", role: "dialog", "aria-label": "Reactions", onkeydown: walk },
      BOARD.map((name) => h("button", { type: "button", key: name, title: `:${name}:`, onclick: pick(name) }, emojiNode(name)))) : null);
}
