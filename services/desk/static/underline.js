// Underlines in the text what the reply check speaks of. A copy of the text lies behind the field and carries the lines.
(() => {
  "use strict";
  const field = () => document.getElementById("reply-text");

  // Where the words stand now: people write on while the check is on its way.
  function places(text, hints) {
    const found = [];
    for (const { words, start, blocks } of hints) {
      let place = -1;
      for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) {
        if (place < 0 || Math.abs(at - start) < Math.abs(place - start)) place = at;
      }
      if (place >= 0) found.push({ start: place, end: place + words.length, blocks });
    }
    return found.sort((one, other) => one.start - other.start);
  }

  function draw() {
    const text = field();
    if (!text) return;
    const ink = text.parentElement.querySelector(".ink");
    text.onscroll = () => (ink.scrollTop = text.scrollTop);
    const hints = [...document.querySelectorAll("#advice [data-underlines]")].map((each) => ({
      words: each.dataset.underlines,
      start: Number(each.dataset.at),
      blocks: "blocks" in each.dataset,
    }));
    ink.textContent = "";
    let done = 0;
    for (const { start, end, blocks } of places(text.value, hints)) {
      if (start < done) continue;
      const mark = document.createElement("mark");
      mark.textContent = text.value.slice(start, end);
      if (blocks) mark.className = "blocks";
      ink.append(text.value.slice(done, start), mark);
      done = end;
    }
    ink.append(`${text.value.slice(done)}\n`);
    ink.dir = getComputedStyle(text).direction;
    ink.scrollTop = text.scrollTop;
  }

  // What is left open is marked, to be written over.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-fill]");
    if (!button) return;
    const [place] = places(field().value, [{ words: button.dataset.fill, start: Number(button.dataset.start) }]);
    if (!place) return;
    field().focus();
    field().setSelectionRange(place.start, place.end);
  });

  document.addEventListener("input", (event) => event.target === field() && draw());
  document.addEventListener("htmx:afterSwap", draw);
  draw();
})();
