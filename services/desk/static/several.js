// Cases are chosen on the board: one by one, all between two with Shift, or all that are shown.
(() => {
  "use strict";
  const bar = document.getElementById("several");
  if (!bar) return;
  const boxes = () => [...document.querySelectorAll("input[data-several]")];
  const count = bar.querySelector("[data-count]");
  let last = "";

  function show() {
    const all = boxes();
    const chosen = all.filter((each) => each.checked).length;
    bar.hidden = !chosen;
    const text = (chosen === 1 ? bar.dataset.one : bar.dataset.many).replace("{n}", chosen);
    if (count.textContent !== text) count.textContent = text;
    const every = document.querySelector("[data-several-all]");
    if (!every) return;
    every.hidden = !all.length;
    every.checked = chosen > 0 && chosen === all.length;
    every.indeterminate = chosen > 0 && chosen < all.length;
  }

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (box.matches?.("[data-several-all]")) {
      for (const each of boxes()) each.checked = box.checked;
    } else if (box.matches?.("input[data-several]")) {
      const all = boxes();
      const from = all.findIndex((each) => each.id === last);
      const to = all.indexOf(box);
      if (event.shiftKey && from >= 0) {
        for (const each of all.slice(Math.min(from, to), Math.max(from, to) + 1)) each.checked = box.checked;
      }
      last = box.id;
    } else if (box.closest?.("[data-several-none]")) {
      for (const each of boxes()) each.checked = false;
    } else return;
    show();
  });
  document.addEventListener("htmx:afterSwap", show);
  window.addEventListener("pageshow", show);
  show();
})();
