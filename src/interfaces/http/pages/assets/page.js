// Everything works without this script; with it, pages know the reader's zone, live figures move, and a form is sent once.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const known = document.cookie.includes('counterfoil-zone=');
if (zone) {
  const value = `counterfoil-zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax`;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = value;
}
if (!known && zone) {
  for (const time of document.querySelectorAll('time[data-clock]')) {
    const isShort = time.dataset.clock === 'short';
    const text = new Date(time.dateTime).toLocaleString('en-GB', {
      day: '2-digit',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: isShort ? undefined : '2-digit',
      hourCycle: 'h23',
    });
    // As the server writes it: in a narrow column it breaks between the day and the time alone.
    time.textContent = isShort ? text.replaceAll(/ (?=.*,)/g, '\u00a0') : text;
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  // After the browser has read the form: a disabled button would be missing from it.
  setTimeout(() => {
    for (const button of form.querySelectorAll('button')) button.disabled = true;
  });
});
// A page that comes back from the browser's memory may be sent again.
window.addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('form button[disabled]')) button.disabled = false;
});

for (const place of document.querySelectorAll('[data-live]')) {
  const source = new EventSource(place.dataset.live);
  source.onmessage = ({ data }) => {
    // What the reader has opened, and where they are, stays as it was.
    const open = [...place.querySelectorAll('details[open][id]')].map(({ id }) => id);
    const at = document.activeElement?.closest('details[id]')?.id;
    place.innerHTML = JSON.parse(data);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (at) document.getElementById(at)?.querySelector('summary')?.focus();
  };
}

// What is on its way is looked at again by itself.
const waiting = document.querySelector('[data-reload]');
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.reload) * 1000);
