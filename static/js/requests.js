// Gives every htmx request the CSRF token from the page, and keeps a second click from sending twice.
(() => {
  "use strict";
  const token = () => document.querySelector('meta[name="csrf-token"]')?.content || "";

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token();
  });

  function setBusy(form, busy, submitter) {
    form.classList.toggle("is-busy", busy);
    for (const button of form.querySelectorAll('button[type="submit"], button:not([type]), input[type="submit"]')) {
      if (busy && !button.disabled) { button.dataset.wasEnabled = ""; button.setAttribute("aria-disabled", "true"); }
      if (!busy && "wasEnabled" in button.dataset) { delete button.dataset.wasEnabled; button.removeAttribute("aria-disabled"); }
    }
    if (!submitter) return;
    if (busy) {
      if (!submitter.querySelector(".spinner") && submitter.tagName === "BUTTON") {
        const spinner = document.createElement("span");
        spinner.className = "spinner";
        spinner.setAttribute("aria-hidden", "true");
        submitter.prepend(spinner);
      }
      submitter.setAttribute("aria-busy", "true");
    } else {
      submitter.removeAttribute("aria-busy");
    }
  }

  // The button is only marked, never disabled before the browser has read its name and value.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog" || form.hasAttribute("data-allow-resubmit") || form.target === "_blank") return;
    if (form.classList.contains("is-busy")) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (form.method === "get") return;
    window.setTimeout(() => { if (!event.defaultPrevented || form.matches("[hx-post], [hx-put], [hx-patch], [hx-delete]")) setBusy(form, true, event.submitter); });
  }, true);

  const release = () => { for (const form of document.querySelectorAll("form.is-busy")) setBusy(form, false, form.querySelector("[aria-busy]")); };
  document.addEventListener("htmx:afterRequest", release);
  window.addEventListener("pageshow", release);

  // Fields that apply at once: <form data-autosubmit> in filter bars; text waits until typing pauses.
  let pause;
  const send = (form) => { if (form.reportValidity()) form.requestSubmit(); };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && !event.target.matches('input[type="search"], input[type="text"]')) send(form);
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (!form || !event.target.matches('input[type="search"]')) return;
    window.clearTimeout(pause);
    pause = window.setTimeout(() => send(form), 600);
  });
})();
