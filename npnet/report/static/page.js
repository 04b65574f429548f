"use strict";
/* What every page does: the choice of the theme, buttons that copy, and the section in view marked in the contents. */
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const toggle = document.getElementById("theme");
  if (toggle) {
    const show = () => { toggle.textContent = dark() ? "Light theme" : "Dark theme"; };
    toggle.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      show();
      root.dispatchEvent(new Event("npnet:theme"));   // a canvas is drawn again with the new colours
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    show();
  }

  let chosen = null;   // the theme before printing
  const print = (theme) => {
    if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
    root.dispatchEvent(new Event("npnet:theme"));
  };
  addEventListener("beforeprint", () => { if (dark()) { chosen = { theme: root.dataset.theme }; print("light"); } });
  addEventListener("afterprint", () => { if (chosen) print(chosen.theme); chosen = null; });

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("button[data-copy]");
    if (!button || button.dataset.text) return;
    const source = document.getElementById(button.dataset.copy);
    button.dataset.text = button.textContent;
    try {
      await navigator.clipboard.writeText(source.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(source);
      button.textContent = "Press Ctrl-C";
    }
    setTimeout(() => {
      button.textContent = button.dataset.text;
      delete button.dataset.text;
    }, 1600);
  });

  const links = new Map([...document.querySelectorAll(".toc a")].map((a) => [a.hash.slice(1), a]));
  const mark = () => {
    let current = null;
    for (const section of document.querySelectorAll("main > section")) {
      if (section.getBoundingClientRect().top < innerHeight * 0.35) current = section.id;
    }
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
})();
