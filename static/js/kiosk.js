// The clinic's tablet in a patient's hands: untouched for a while it asks, then goes to its lock. Without this file the
// next touch leads there, since the server forgets the link. Coming back to a page that was left never shows it as it was.
(() => {
  "use strict";
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  const note = document.querySelector("[data-lock-after]");
  if (!note) return;
  const after = Number(note.dataset.lockAfter) * 1000;
  const asks = Math.min(60_000, after / 2);
  let asking, locking;

  function wait() {
    window.clearTimeout(asking);
    window.clearTimeout(locking);
    note.hidden = true;
    asking = window.setTimeout(() => { note.hidden = false; }, after - asks);
    locking = window.setTimeout(() => window.location.replace(note.dataset.lockAt), after);
  }

  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) document.addEventListener(sign, wait, { passive: true });
  wait();
})();
