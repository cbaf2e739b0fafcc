// Appended to a copy of a page: measures what the browser made of it and leaves it as JSON in the element "probe".
(() => {
  const channel = value => { const v = value / 255; return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92; };
  const numbers = colour => (colour.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  const luminance = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
  const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05);
  const background = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = numbers(getComputedStyle(at).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const shown = element => element.getClientRects().length > 0;
  const own_text = element => Array.from(element.childNodes).some(n => n.nodeType === 3 && n.textContent.trim());

  // Text of HTML on its background. Text of charts lies on shapes: their colours are tested with the palette.
  const low = [];
  let texts = 0;
  for (const element of document.body.querySelectorAll('*')) {
    if (element.closest('svg') || !shown(element) || !own_text(element)) continue;
    ++texts;
    const ratio = contrast(numbers(getComputedStyle(element).color), background(element));
    if (4.5 > ratio) low.push(element.tagName + ' ' + ratio.toFixed(2) + ' ' + element.textContent.slice(0, 30));
  }
  const wide = Array.from(document.body.querySelectorAll('*'))
      .filter(e => shown(e) && !e.closest('svg') && !e.closest('.scroll') && !e.closest('pre'))
      .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .map(e => e.tagName + '.' + e.className);

  const table = document.querySelector('table.sortable');
  const values = () => Array.from(table.tBodies[0].rows).map(row => Number(row.cells[1].dataset.value));
  const before = values();
  const head = table.tHead.rows[0].cells[1];
  head.querySelector('button').click();
  const sorted = values();

  const rate = document.querySelector('.bar .rate, .bar .estimate');
  const result = {
    title: document.title,
    width: innerWidth,
    clientWidth: document.documentElement.clientWidth,
    scrollWidth: document.documentElement.scrollWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    page: numbers(getComputedStyle(document.documentElement).backgroundColor),
    text: numbers(getComputedStyle(document.body).color),
    texts, low, wide,
    unnamed: Array.from(document.querySelectorAll('svg')).filter(s =>
      !s.parentElement.closest('svg') && s.getAttribute('aria-hidden') !== 'true' &&
      !(s.getAttribute('role') === 'img' && (s.querySelector('title') || {}).textContent)).length,
    headings: Array.from(document.querySelectorAll('h1,h2,h3,h4,h5,h6')).map(h => Number(h.tagName[1])),
    maps: document.querySelectorAll('svg.map').length,
    mapBox: document.querySelector('svg.map') ? document.querySelector('svg.map').getBoundingClientRect().width : 0,
    flowBox: document.querySelector('svg.flow') ? document.querySelector('svg.flow').getBoundingClientRect().height : 0,
    bars: document.querySelectorAll('svg.bar').length,
    barFill: rate ? numbers(getComputedStyle(rate).fill) : [],
    rows: document.querySelectorAll('tbody tr').length,
    before, sorted, ariaSort: head.getAttribute('aria-sort'),
    resources: performance.getEntriesByType('resource').map(e => e.name)
  };
  const pre = document.createElement('pre');
  pre.id = 'probe';
  pre.textContent = encodeURIComponent(JSON.stringify(result));
  document.body.append(pre);
})();
