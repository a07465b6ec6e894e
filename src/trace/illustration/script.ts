/**
 * What the page does by itself: the slider, the buttons and the rows all choose the event that is
 * shown. The address of the page then names the event, so that a moment can be pointed at.
 *
 * It is text and not code, because it runs in a browser, as it stands.
 */

/** The script of the page. */
export const SCRIPT = `
(() => {
  'use strict';
  const moments = [...document.querySelectorAll('.moment')];
  const time = document.getElementById('time');
  const now = document.getElementById('now');
  const back = document.getElementById('back');
  const forth = document.getElementById('forth');
  if (moments.length === 0) return;
  let shown = 0;

  const show = (number, scroll) => {
    const wanted = Math.min(Math.max(1, number), moments.length);
    if (wanted === shown) return;
    if (shown > 0) {
      moments[shown - 1].classList.remove('current');
      moments[shown - 1].querySelector('.row').removeAttribute('aria-current');
    }
    shown = wanted;
    const moment = moments[shown - 1];
    moment.classList.add('current');
    const row = moment.querySelector('.row');
    row.setAttribute('aria-current', 'step');
    const said = [shown, 'of', moments.length.toString().concat(':'), moment.dataset.said].join(' ');
    time.value = String(shown);
    time.setAttribute('aria-valuetext', said);
    now.textContent = said;
    back.disabled = shown === 1;
    forth.disabled = shown === moments.length;
    if (scroll) row.scrollIntoView({ block: 'nearest' });
  };

  const name = () => history.replaceState(null, '', '#event-'.concat(shown));

  /** Follow the address: an event, or a message inside of one. */
  const follow = () => {
    const target = document.getElementById(location.hash.slice(1));
    const moment = target?.closest('.moment');
    if (!moment) return false;
    show(moments.indexOf(moment) + 1, true);
    if (target.matches('details')) {
      target.open = true;
      target.scrollIntoView({ block: 'nearest' });
    }
    return true;
  };

  time.addEventListener('input', () => { show(Number(time.value), true); });
  time.addEventListener('change', name);
  back.addEventListener('click', () => { show(shown - 1, true); name(); });
  forth.addEventListener('click', () => { show(shown + 1, true); name(); });
  addEventListener('hashchange', follow);
  for (const [i, moment] of moments.entries()) {
    moment.querySelector('.row').addEventListener('click', (event) => {
      event.preventDefault();
      show(i + 1, false);
      name();
    });
  }
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });

  document.documentElement.classList.add('live');
  document.querySelector('.controls').hidden = false;
  if (!follow()) show(1, false);
})();
`;
