// Changes pages without loading any, as many sites do: the chat has to notice by itself.
const pages = [...document.querySelectorAll('[data-page]')];

function show() {
  const path = location.pathname.replace(/\/$/, '') || '/demo';
  const page = pages.find((one) => one.dataset.page === path) ?? pages[0];
  for (const one of pages) one.hidden = one !== page;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === page.dataset.page) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = page.dataset.title;
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[href^="/demo"]') : null;
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  if (location.pathname !== link.pathname) history.pushState(null, '', link.href);
  show();
  scrollTo(0, 0);
});

addEventListener('popstate', show);
show();
