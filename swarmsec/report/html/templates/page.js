// The page is complete without this script, which only sorts, filters, copies, and switches between light and dark.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const line = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(line.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(line);
      button.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

const theme = document.createElement("button");
theme.type = "button";
theme.className = "theme";
const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; theme.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colors`); };
theme.addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; name(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
name();
document.querySelector("header.page").append(theme);

// The sort key of a cell: its exact figure, else its text as a number, else its text.
function key(cell) {
  const figure = cell.querySelector("data");
  const text = cell.textContent.trim();
  const number = figure ? (figure.value === "" ? NaN : Number(figure.value)) : Number(text.replace(/[,$%]/g, "").replace("−", "-") || NaN);
  return Number.isNaN(number) ? text.toLowerCase() : number;
}

// Numbers come before text; unknown values come last in both directions.
function compare(a, b, direction) {
  const none = (value) => value === "" || value === "–";
  if (none(a) || none(b)) return none(a) - none(b);
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return direction * (typeof a === "number" ? a - b : a.localeCompare(b, "en"));
}

function sort(table, column, direction) {
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [key(row.cells[column]), row]);
  rows.sort(([a], [b]) => compare(a, b, direction));
  body.append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table[data-sort='']")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
      sort(table, column, direction);
    });
  });
}

for (const table of document.querySelectorAll("table[data-filter]")) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  const matches = document.createElement("output");
  input.type = "search";
  label.className = "filter";
  label.append(table.dataset.filter, " ", input, " ", matches);
  table.closest(".wide").before(label);
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...table.tBodies[0].rows];
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    matches.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} rows`;
  });
}

// Open all details for printing, and restore them afterwards.
const opened = [];
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; opened.push(one); }
});
addEventListener("afterprint", () => {
  for (const one of opened.splice(0)) one.open = false;
});
