"use strict";
// The table sorts by any column and filters by name; printing unfolds all pictures. Without scripts the page reads as
// well, in its first order.
(() => {
  const table = document.querySelector("#summary table");
  const filter = document.querySelector("#filter");
  const told = document.querySelector("#shown");
  // Words that stand for numbers; what has no value comes last either way.
  const value = (text) => {
    if (text === "inf") return Infinity;
    if (text === "-inf") return -Infinity;
    return Number.parseFloat(text);
  };
  if (table) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      head.querySelector("button").addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : column > 0;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[column].textContent.trim();
        const names = new Intl.Collator("en", { numeric: true });
        const compare = (a, b) => {
          if (column === 0) return names.compare(key(a), key(b));
          const [x, y] = [value(key(a)), value(key(b))];
          if (Number.isNaN(x) || Number.isNaN(y)) return (Number.isNaN(x) - Number.isNaN(y)) * (down ? -1 : 1);
          return x < y ? -1 : x > y ? 1 : 0;
        };
        const rows = [...body.rows].sort((a, b) => (down ? -compare(a, b) : compare(a, b)));
        body.append(...rows);
      });
    });
    const apply = () => {
      const wanted = filter.value.trim().toLowerCase();
      document.querySelectorAll("[data-name]").forEach((element) => {
        element.hidden = !element.dataset.name.toLowerCase().includes(wanted);
      });
      const rows = [...body.rows];
      told.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
    };
    filter.addEventListener("input", apply);
    apply();
  }
  // A link to a folded parameter unfolds it.
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", unfold);
  unfold();
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    folded.forEach((element) => { element.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((element) => { element.open = false; }));
})();
