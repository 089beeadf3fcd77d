// A fragment that the server swaps in never takes away what somebody is typing in it: values, focus and caret stay.
(() => {
  "use strict";
  const FIELDS = "textarea[id], input[id]:not([type=hidden]):not([type=radio]):not([type=checkbox])";

  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (!target) return;
    const typed = new Map();
    for (const field of target.querySelectorAll(FIELDS)) if (field.value) typed.set(field.id, field.value);
    const active = target.contains(document.activeElement) ? document.activeElement : null;
    const caret = active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
    const focus = active && active.id;
    if (!typed.size && !focus) return;
    const restore = () => {
      for (const [id, value] of typed) {
        const field = document.getElementById(id);
        if (field && target.contains(field) && field.value !== value) field.value = value;
      }
      const field = focus && document.getElementById(focus);
      if (!field) return;
      field.focus({ preventScroll: true });
      if (caret && field.setSelectionRange) field.setSelectionRange(...caret);
    };
    document.addEventListener("htmx:afterSwap", restore, { once: true });
  });
})();
