// The playground's clock: what time the bot thinks it is, and moving it forward.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { menuButton } from "./popup.js";
import { format, fromWallTime, now, wallTime } from "./dates.js";
import { store } from "./state.js";

const HOUR = 3600;
const SHOWN = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

export function clock() {
  const moved = Boolean(store.clockOffset);
  const words = format(store.panes[0], now(), SHOWN).replace(",", "");
  return menuButton("clock", {
    label: `Clock: ${words}`, className: moved ? "tool clock moved" : "tool clock", items,
    content: [icon("clock"), h("span", { class: "clock-words" }, words)],
  });
}

function items() {
  const move = (how) => () => store.panes[0].act("clock", how);
  const moves = [
    { heading: store.clockOffset ? "The clock was moved" : "Move the clock" },
    { label: "+1 hour", icon: "clock", run: move({ advance_seconds: HOUR }) },
    { label: "Next working day, 09:00", icon: "sun", run: move({ now: nextMorning() }) },
    { label: "+1 week", icon: "clock", run: move({ advance_seconds: 7 * 24 * HOUR }) },
  ];
  return [...moves, { label: "Back to real time", icon: "repeat", run: move({ reset: true }) }];
}

// The moment itself, not how far it is: that would be less by the time it arrives, and the clock would say 08:59.
function nextMorning() {
  const day = new Date(`${wallTime(store.panes[0], now()).slice(0, 10)}T12:00Z`);
  do day.setUTCDate(day.getUTCDate() + 1); while ([0, 6].includes(day.getUTCDay()));
  return new Date(fromWallTime(store.panes[0], `${day.toISOString().slice(0, 10)}T09:00`)).toISOString();
}
