// What a customer sees while a message is on its way: the button says so, and is itself again when it did not work.
(() => {
  "use strict";
  document.addEventListener("submit", (event) => {
    const words = event.target.dataset.sending;
    const button = event.target.querySelector("button.primary");
    if (!words || !button) return;
    button.dataset.rest ??= button.textContent;
    setTimeout(() => (button.textContent = words));
  });
  function rest() {
    for (const button of document.querySelectorAll("button[data-rest]")) button.textContent = button.dataset.rest;
  }
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, rest);
  window.addEventListener("pageshow", rest);
})();
