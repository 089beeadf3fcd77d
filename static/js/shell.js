// The shell's small moves: phone navigation, menus that close, dialogs opened by a link, notes that can be dismissed, printing.
(() => {
  "use strict";
  const rail = document.querySelector(".rail");
  let opener = null;

  function setRail(open) {
    if (!rail) return;
    rail.classList.toggle("is-open", open);
    for (const control of document.querySelectorAll("[data-rail-open]")) control.setAttribute("aria-expanded", String(open));
    if (open) rail.querySelector("a, button")?.focus();
    else if (opener) { opener.focus(); opener = null; }
  }

  document.addEventListener("click", (event) => {
    const open = event.target.closest("[data-rail-open]");
    if (open) { event.preventDefault(); opener = open; setRail(true); return; }
    if (event.target.closest("[data-rail-close]")) { event.preventDefault(); setRail(false); return; }

    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;

    // <a href="/page-that-does-the-same" data-dialog-open="#id">
    const trigger = event.target.closest("[data-dialog-open]");
    if (trigger) {
      const dialog = document.querySelector(trigger.dataset.dialogOpen);
      if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); }
      return;
    }
    if (event.target.closest("[data-dialog-close]")) { event.preventDefault(); event.target.closest("dialog")?.close(); return; }

    const dismiss = event.target.closest("[data-dismiss]");
    if (dismiss) { dismiss.closest(dismiss.dataset.dismiss)?.remove(); return; }
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (rail?.classList.contains("is-open")) setRail(false);
    for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // On a narrow screen the current tab may lie outside of what the row shows.
  for (const tab of document.querySelectorAll('.tabs [aria-current="page"]')) {
    const row = tab.closest(".tabs");
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // Where a chart is wider than the screen, what was measured last is shown first.
  const showNewest = (root) => { for (const frame of root.querySelectorAll(".chart__frame")) frame.scrollLeft = frame.scrollWidth; };
  showNewest(document);
  document.addEventListener("htmx:load", (event) => showNewest(event.detail.elt));

  // A dialog which the server sent open because its form was refused opens as a modal again.
  for (const dialog of document.querySelectorAll("dialog[data-open-now]")) dialog.showModal();
})();
