// A plain table; its frame scrolls, and is made anew only when there is something else to show.

const shown = new WeakMap();

export default function ({ data: bytes, parentElement }) {
  const text = new TextDecoder().decode(bytes);
  if (shown.get(parentElement) === text) return;
  shown.set(parentElement, text);
  const { label, columns } = JSON.parse(text);
  const frame = parentElement.querySelector(".scroll");
  frame.ariaLabel = label;
  const table = document.createElement("table");
  const names = table.createTHead().insertRow();
  const body = table.createTBody();
  for (const { name, isNumber } of columns) {
    const head = document.createElement("th");
    head.scope = "col";
    head.textContent = name;
    head.classList.toggle("number", isNumber);
    names.append(head);
  }
  for (let row = 0; row < columns[0].cells.length; row++) {
    const cells = body.insertRow();
    for (const { cells: column, isNumber } of columns) {
      const cell = cells.insertCell();
      cell.textContent = column[row];
      cell.classList.toggle("number", isNumber);
    }
  }
  frame.replaceChildren(table);
  frame.scrollTop = 0;
}
