// A grid of buttons that flip between yes and no, and tell Python which ones were clicked.

const grids = new WeakMap();

// Streamlit calls this at each change of the data; a tile's label is Python's word plus the clicks
// that Python has not counted yet, so that an answer on its way back never undoes a newer click.
export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = JSON.parse(new TextDecoder().decode(bytes));
  if (!grids.has(parentElement)) grids.set(parentElement, { pending: [], last: 0, buttons: new Map() });
  const grid = grids.get(parentElement);
  const root = parentElement.querySelector(".grid");
  grid.last = Math.max(grid.last, data.confirmed);
  grid.pending = grid.pending.filter(([number]) => number > data.confirmed);
  grid.click = (id) => {
    grid.pending = [...grid.pending, [++grid.last, id]];
    for (const tile of data.tiles) show(tile);
    setStateValue("clicks", grid.pending);
  };

  const show = (tile) => {
    const flips = grid.pending.filter(([, id]) => id === tile.id).length;
    const positive = tile.positive !== (flips % 2 === 1);
    const button = grid.buttons.get(tile.id);
    button.ariaPressed = String(positive);
    button.title = `${tile.name}: ${positive ? data.yes : data.no}`;
    button.querySelector(".mark").textContent = positive ? "✓" : "–";
    button.querySelector(".name").textContent = tile.name;
    const image = button.querySelector("img");
    if (image.src !== tile.image) image.src = tile.image;
  };

  root.ariaLabel = data.label;
  const ids = new Set(data.tiles.map((tile) => tile.id));
  for (const [id, button] of grid.buttons) {
    if (!ids.has(id)) {
      button.remove();
      grid.buttons.delete(id);
    }
  }
  data.tiles.forEach((tile, index) => {
    if (!grid.buttons.has(tile.id)) grid.buttons.set(tile.id, newButton(grid, tile.id));
    // Moved only when it is elsewhere: moving a button takes the focus from it.
    const button = grid.buttons.get(tile.id);
    if (root.children[index] !== button) root.insertBefore(button, root.children[index] ?? null);
    show(tile);
  });
}

function newButton(grid, id) {
  const button = document.createElement("button");
  button.type = "button";
  const image = document.createElement("img");
  image.alt = "";
  const mark = document.createElement("span");
  mark.className = "mark";
  mark.ariaHidden = "true";
  const name = document.createElement("span");
  name.className = "name";
  button.append(image, mark, name);
  button.addEventListener("click", () => grid.click(id));
  return button;
}
