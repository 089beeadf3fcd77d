// The wall display: the practice's clock, the whole screen, and a loud word when what it shows is no longer renewed.
(() => {
  "use strict";
  const OLD_SECONDS = 12;
  const clinic = (window.clinic = window.clinic || {});
  const clock = document.querySelector("[data-wall-clock]");
  const stale = document.querySelector("[data-wall-stale]");
  const button = document.querySelector("[data-full-screen]");
  const words = new Intl.DateTimeFormat("en-GB", { timeZone: clock.dataset.wallClock, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  let answeredAt = clinic.now();
  let isOver = false;

  function tick() {
    const at = clinic.now();
    const text = words.format(at);
    if (clock.textContent !== text) clock.textContent = text;
    const isOld = isOver || at - answeredAt > OLD_SECONDS * 1000;
    stale.hidden = !isOld;
    if (!isOld) return;
    const told = `Not renewed since ${words.format(answeredAt)}. ${isOver ? "The sign-in ended: sign in again." : "Look at the patients; check the network."}`;
    if (stale.textContent !== told) stale.textContent = told;
  }

  document.addEventListener("htmx:afterRequest", (event) => {
    const status = event.detail.xhr ? event.detail.xhr.status : 0;
    if (status === 200 || status === 204) { answeredAt = clinic.now(); isOver = false; }
    if (status === 401 || status === 403) {
      isOver = true;
      document.getElementById("wall")?.remove(); // who is signed out reads no initials either
    }
    tick();
  });
  if (document.documentElement.requestFullscreen) {
    button.hidden = false;
    button.addEventListener("click", () => document.documentElement.requestFullscreen());
    document.addEventListener("fullscreenchange", () => { button.hidden = Boolean(document.fullscreenElement); });
  }
  tick();
  window.setInterval(tick, 1000);
})();
