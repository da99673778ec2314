// The wallboard fills the screen, and its clock goes on by the server's time.
(() => {
  "use strict";
  const clock = document.querySelector("[data-clock]");
  const ahead = Date.parse(document.body.dataset.now) - Date.now();
  const written = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: clock.dataset.clock });
  const tick = () => (clock.textContent = written.format(new Date(Date.now() + ahead)));
  setInterval(tick, 5000);
  tick();

  const button = document.querySelector("[data-full-screen]");
  const root = document.documentElement;
  if (!root.requestFullscreen) return;
  button.hidden = false;
  button.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
  document.addEventListener("fullscreenchange", () => {
    button.textContent = document.fullscreenElement ? button.dataset.leave : button.dataset.enter;
  });
})();
