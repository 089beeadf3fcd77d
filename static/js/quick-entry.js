// Two taps beside the patient. Opening <details data-quick> is the first: its time goes into every hidden `occurred_at` within,
// so that the second tap, which saves, tells when it happened. Digits press the buttons of the open group.
// data-rest="ISO": counts down to the next device, in minutes and seconds.
(() => {
  "use strict";
  const now = () => (window.clinic?.now ? window.clinic.now() : new Date());

  function tapped(group) {
    const at = group.open ? now() : null;
    for (const field of group.querySelectorAll("input[name=occurred_at]")) field.value = at ? at.toISOString() : "";
    const told = group.querySelector("[data-quick-time]");
    if (told) told.textContent = at ? "Choosing one saves it with the time of this tap." : "";
    if (at) for (const other of document.querySelectorAll("details[data-quick][open]")) if (other !== group) other.open = false;
  }
  document.addEventListener("toggle", (event) => { if (event.target.matches?.("details[data-quick]")) tapped(event.target); }, true);

  document.addEventListener("keydown", (event) => {
    const group = event.target.closest?.("details[data-quick][open]");
    if (!group || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const button = group.querySelectorAll(".quick__choice")[Number(event.key) - 1];
    if (button) { event.preventDefault(); button.click(); }
  });

  function rest() {
    for (const element of document.querySelectorAll("[data-rest]")) {
      const left = Math.ceil((Date.parse(element.dataset.rest) - now().getTime()) / 1000);
      const text = left > 0 ? `rest ${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}` : "may be given now";
      if (element.textContent !== text) element.textContent = text;
    }
  }
  rest();
  window.setInterval(rest, 1000);
  document.addEventListener("htmx:load", rest);
})();
