// Running clocks drawn from the server's time, so a wrong device clock never shifts a reading.
// <meta name="server-time" content="ISO"> gives the offset.
// data-t-plus="ISO of first dose"  -> T+1:05       data-elapsed="ISO" -> 12 min
// data-due="ISO" (optional data-due-grace="minutes") -> "due in 4 min" / "due now" / "due since 2 min" / "overdue 6 min" with is-soon, is-overdue
// data-left="ISO of an end"  -> 50 min left
(() => {
  "use strict";
  const meta = document.querySelector('meta[name="server-time"]');
  let offset = meta ? Date.parse(meta.content) - Date.now() : 0;
  if (Number.isNaN(offset)) offset = 0;
  const clinic = (window.clinic = window.clinic || {});
  clinic.now = () => new Date(Date.now() + offset);
  clinic.setServerTime = (iso) => { const at = Date.parse(iso); if (!Number.isNaN(at)) { offset = at - Date.now(); tick(); } };

  const minutesSince = (iso) => Math.floor((clinic.now() - Date.parse(iso)) / 60000);
  const tPlus = (minutes) => {
    const size = Math.abs(minutes);
    return `T${minutes < 0 ? "\u2212" : "+"}${Math.floor(size / 60)}:${String(size % 60).padStart(2, "0")}`;
  };
  const words = (minutes) => (minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`);
  const put = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  function showDue(element) {
    const late = minutesSince(element.dataset.due);
    const grace = Number(element.dataset.dueGrace || 0);
    const target = element.querySelector("[data-due-text]") || element;
    element.classList.toggle("is-overdue", late > grace);
    element.classList.toggle("is-soon", late <= grace && late >= -5);
    if (late > grace) put(target, `overdue ${words(late)}`);
    else if (late > 0) put(target, `due since ${words(late)}`);
    else if (late === 0) put(target, "due now");
    else put(target, `due in ${words(-late)}`);
    const row = element.closest("[data-due-row]");
    if (row) row.classList.toggle("row--critical", late > grace);
  }

  function tick() {
    for (const element of document.querySelectorAll("[data-t-plus]")) if (element.dataset.tPlus) put(element, tPlus(minutesSince(element.dataset.tPlus)));
    for (const element of document.querySelectorAll("[data-elapsed]")) if (element.dataset.elapsed) put(element, words(Math.max(0, minutesSince(element.dataset.elapsed))));
    for (const element of document.querySelectorAll("[data-left]")) put(element, `${words(Math.max(0, -minutesSince(element.dataset.left)))} left`);
    for (const element of document.querySelectorAll("[data-due]")) if (element.dataset.due) showDue(element);
  }

  tick();
  window.setInterval(tick, 1000);
  document.addEventListener("htmx:load", tick);
  document.addEventListener("htmx:afterRequest", (event) => {
    const at = event.detail.xhr?.getResponseHeader("X-Server-Time");
    if (at) clinic.setServerTime(at);
  });
})();
