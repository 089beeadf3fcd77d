// A sound while a critical value on the page ([data-alarm]) is not answered. Off until somebody turns it on with
// [data-alarm-sound]; the choice holds for this tab. The tone is made here: two short notes, again every 10 seconds.
(() => {
  "use strict";
  const KEY = "clinic-alarm-sound";
  const AGAIN_MS = 10000;
  const NOTES = [880, 660];
  let context = null;
  let heard = new Set();
  let last = 0;

  function isOn() {
    try { return sessionStorage.getItem(KEY) === "on"; } catch { return false; }
  }

  function remember(on) {
    try { sessionStorage.setItem(KEY, on ? "on" : "off"); } catch { /* without storage the choice holds until the page is left */ }
  }

  function wake() {
    context = context || new AudioContext();
    if (context.state === "suspended") context.resume().then(show, show);
  }

  function play() {
    if (!context || context.state !== "running") return;
    NOTES.forEach((pitch, place) => {
      const start = context.currentTime + place * 0.28;
      const tone = context.createOscillator();
      const loudness = context.createGain();
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, start);
      loudness.gain.linearRampToValueAtTime(0.3, start + 0.02);
      loudness.gain.linearRampToValueAtTime(0, start + 0.24);
      tone.connect(loudness).connect(context.destination);
      tone.start(start);
      tone.stop(start + 0.25);
    });
    last = Date.now();
    document.documentElement.dataset.alarmSounded = String(Number(document.documentElement.dataset.alarmSounded || 0) + 1);
  }

  function check() {
    const open = new Set([...document.querySelectorAll("[data-alarm]")].map((element) => element.dataset.alarm));
    const isNew = [...open].some((key) => !heard.has(key));
    heard = open;
    if (!isOn() || !open.size) return;
    if (isNew || Date.now() - last >= AGAIN_MS) play();
  }

  function show() {
    const waits = isOn() && (!context || context.state !== "running");
    const words = isOn() ? (waits ? "Alarm sound: touch the page to allow it" : "Alarm sound: on") : "Alarm sound: off";
    for (const button of document.querySelectorAll("[data-alarm-sound]")) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(isOn()));
      const text = button.querySelector("[data-alarm-sound-text]");
      if (text && text.textContent !== words) text.textContent = words;
    }
  }

  function press(event) {
    const button = event.target.closest && event.target.closest("[data-alarm-sound]");
    if (button) {
      remember(!isOn());
      heard = new Set();
      if (isOn()) wake();
    } else if (isOn()) {
      wake();
    }
    show();
  }

  if (!("AudioContext" in window)) return;
  document.addEventListener("click", press);
  document.addEventListener("submit", (event) => {
    if (!event.target.closest("[data-sign-out]")) return;
    try { sessionStorage.removeItem(KEY); } catch { /* nothing is kept */ }
  });
  if (isOn() && navigator.userActivation?.hasBeenActive) wake();
  show();
  window.setInterval(() => { check(); show(); }, 1000);
})();
