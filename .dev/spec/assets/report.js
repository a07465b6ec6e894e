/* Filters, unfolds, and opens the requirement that the address names. */

const byId = (id) => document.getElementById(id);
const entries = [...document.querySelectorAll('#requirements > li')].map((item) => ({
  item,
  details: item.querySelector('details'),
  text: item.textContent.toLowerCase(),
}));

function filter() {
  const words = byId('text').value.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = ['family', 'level', 'state'].map((name) => [name, byId(name).value]);
  let shown = 0;
  for (const { item, text } of entries) {
    const fits =
      wanted.every(([name, value]) => value === '' || item.dataset[name] === value) &&
      words.every((word) => text.includes(word));
    item.hidden = !fits;
    if (fits) shown += 1;
  }
  byId('count').value = `${shown} of ${entries.length}`;
  byId('none').hidden = shown > 0;
  nameUnfold();
}

const visible = () => entries.filter(({ item }) => !item.hidden);
const allOpen = () => visible().every(({ details }) => details.open);

function nameUnfold() {
  byId('unfold').textContent = allOpen() ? 'Fold' : 'Unfold';
}

function reset() {
  byId('filters').reset();
  filter();
}

/** A link to a requirement that is filtered away shows everything again. */
function openNamed() {
  const details = byId(decodeURIComponent(location.hash.slice(1)));
  if (!(details instanceof HTMLDetailsElement)) return;
  if (details.closest('li').hidden) reset();
  details.open = true;
  details.scrollIntoView();
}

byId('filters').addEventListener('input', filter);
byId('filters').addEventListener('submit', (event) => event.preventDefault());
byId('unfold').addEventListener('click', () => {
  const open = !allOpen();
  for (const { details } of visible()) details.open = open;
  nameUnfold();
});
document.querySelector('[data-reset]').addEventListener('click', reset);
addEventListener('hashchange', openNamed);
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  // The same address again is no change of it, and should open its entry all the same.
  if (link?.getAttribute('href') === location.hash) openNamed();
});
addEventListener('beforeprint', () => {
  for (const { details } of visible()) details.open = true;
});

filter();
openNamed();
