// Keeping the keyboard where it belongs.

const FOCUSABLE = "button:not([disabled]), input:not([disabled]), select, textarea, a[href], iframe, [tabindex='0']";

function within(el) {
  return [...el.querySelectorAll(FOCUSABLE)].filter((item) => item.getClientRects().length);
}

/** Tab goes round inside the element that hears it. */
export function keepInside(event) {
  const items = within(event.currentTarget);
  const [first, last] = [items[0], items.at(-1)];
  const leaving = event.shiftKey
    ? document.activeElement === first || document.activeElement === event.currentTarget
    : document.activeElement === last;
  if (!leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first).focus();
}
