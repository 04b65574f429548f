"use strict";
/* A page that npnet watch rewrites loads itself again, unless the reader pauses it. */
(() => {
  const { seconds } = JSON.parse(document.getElementById("npnet-data").textContent).live;
  const button = document.getElementById("live");
  const KEY = "npnet-live-paused";
  let paused = false, timer = 0;
  try { paused = sessionStorage.getItem(KEY) === "yes"; } catch { /* a browser that keeps nothing */ }
  const show = () => {
    button.textContent = paused ? "Follow" : "Pause";
    button.setAttribute("aria-pressed", String(paused));
    clearTimeout(timer);
    if (!paused) timer = setTimeout(() => location.reload(), seconds * 1000);
  };
  button.addEventListener("click", () => {
    paused = !paused;
    try { sessionStorage.setItem(KEY, paused ? "yes" : "no"); } catch { /* as above */ }
    show();
  });
  show();
})();
