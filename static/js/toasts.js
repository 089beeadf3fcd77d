// Short notes at the screen's edge: window.clinic.toast(text, {kind, seconds}); also the answer to failed background requests.
(() => {
  "use strict";
  const clinic = (window.clinic = window.clinic || {});
  const WORDS = {
    0: "No connection. What you typed is still here; try again when you are online.",
    401: "Your sign-in ended. What you typed is still here: sign in in another tab, then send again.",
    403: "This is not allowed for your role, or the page is too old. What you typed is still here: copy it, then reload the page.",
    404: "This is no longer here. Reload the page.",
    429: "Too many requests. Wait a minute and try again.",
    503: "The clinic's server is being updated. Try again in a minute.",
  };

  clinic.toast = (text, { kind = "info", seconds = 8 } = {}) => {
    const host = document.querySelector("[data-toasts]");
    if (!host) return;
    const note = document.createElement("div");
    note.className = `toast-note toast-note--${kind}`;
    const words = document.createElement("p");
    words.className = "toast-note__text";
    words.textContent = text;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", "Dismiss this note");
    close.addEventListener("click", () => note.remove());
    note.append(words, close);
    host.append(note);
    if (kind !== "error") window.setTimeout(() => note.remove(), seconds * 1000);
  };

  // What a page asks by itself every few seconds says nothing of each time that fails; the page's own parts do.
  const asksByItself = ({ detail: { elt } }) => elt?.getAttribute?.("hx-trigger")?.startsWith("every") || elt?.closest?.("form[data-offline]");
  document.addEventListener("htmx:responseError", (event) => {
    if (asksByItself(event) && document.querySelector("#offline-lock")) return;
    const status = event.detail.xhr.status;
    clinic.toast(WORDS[status] || "The server could not do this. Nothing was saved; try again or reload the page.", { kind: "error" });
  });
  document.addEventListener("htmx:sendError", (event) => asksByItself(event) || clinic.toast(WORDS[0], { kind: "error" }));
  document.addEventListener("htmx:timeout", (event) => asksByItself(event) || clinic.toast("The server did not answer in time. Check whether it was saved before trying again.", { kind: "error" }));
})();
