// Says calmly when the page is cut off, and lets no form be sent into the void: what is typed stays.
(() => {
  "use strict";
  const LOST_FOR_MS = 2500;
  const sign = document.getElementById("connection");
  const banner = document.getElementById("cut-off");
  const words = document.body.dataset;
  let state = navigator.onLine ? "" : "offline";
  let noticing = 0;

  function show() {
    const text = { live: words.liveText, reconnecting: words.reconnectingText, offline: words.offlineText }[state];
    if (!sign || !text) return;
    sign.hidden = false;
    sign.dataset.state = state === "live" ? "live" : "reconnecting";
    if (sign.textContent !== text) sign.textContent = text;
  }

  // A stream that comes back at once is nobody's business; only who waits longer is told.
  function notice() {
    clearTimeout(noticing);
    if (state === "live" || !state) {
      banner.hidden = true;
      return;
    }
    const tell = () => {
      const text = state === "offline" ? words.cutOffText : words.lostText;
      if (banner.textContent !== text) banner.textContent = text;
      banner.hidden = false;
    };
    if (state === "offline") tell();
    else noticing = setTimeout(tell, LOST_FOR_MS);
  }

  function become(next) {
    if (next === state) return;
    state = next;
    show();
    notice();
  }

  const live = () => Boolean(document.getElementById("live"));
  document.addEventListener("desk:connection", (event) => become(event.detail));
  window.addEventListener("offline", () => become("offline"));
  window.addEventListener("online", () => become(live() ? "reconnecting" : ""));

  // A form that leaves the page would take what was typed along into the browser's own error.
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine || event.target.method !== "post") return;
      event.preventDefault();
      event.stopPropagation();
      document.dispatchEvent(new CustomEvent("desk:failed"));
    },
    true,
  );

  show();
  notice();
})();
