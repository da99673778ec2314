// Says that this page is open and whether somebody writes in it, and shows who else is there.
(() => {
  "use strict";
  const place = () => document.getElementById("watching");
  if (!place()) return;
  const every = Number(place().dataset.every) * 1000;
  let typing = false;
  let told = false;
  let timer = 0;

  async function beat() {
    clearTimeout(timer);
    timer = setTimeout(beat, every);
    if (document.hidden) return;
    const { beat: address, formToken } = place().dataset;
    const said = typing;
    typing = false;
    told = said;
    try {
      const body = new URLSearchParams({ form_token: formToken, typing: said ? "yes" : "" });
      const answer = await fetch(address, { method: "POST", body, headers: { "HX-Request": "true" } });
      const fresh = answer.ok ? await answer.text() : "";
      // What is read aloud is replaced only when it says something else.
      const made = fresh && new DOMParser().parseFromString(fresh, "text/html").getElementById("watching");
      if (made && made.innerHTML !== place().innerHTML) place().innerHTML = made.innerHTML;
    } catch {
      // The page says elsewhere that the connection is gone.
    }
  }

  // The first key of a text is told at once, the others with the next beat.
  document.addEventListener("input", (event) => {
    if (!event.target.matches?.("#composer textarea")) return;
    typing = true;
    if (!told) beat();
  });
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  beat();
})();
