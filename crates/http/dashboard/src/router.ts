// Pages by the hash of the address, so that the server has one page to answer and every view has a link.

import { computed, signal } from '@preact/signals';

export type Route =
  | { page: 'tests'; query: URLSearchParams }
  | { page: 'new'; query: URLSearchParams }
  | { page: 'test'; testID: string; query: URLSearchParams }
  | { page: 'compare'; query: URLSearchParams }
  | { page: 'missing'; query: URLSearchParams };

const hash = signal(location.hash);

addEventListener('hashchange', () => {
  hash.value = location.hash;
});

export const route = computed(() => parse(hash.value));

/** The route that a hash means. */
export function parse(text: string): Route {
  const [path = '', search = ''] = text.replace(/^#?\/?/, '').split('?', 2);
  const query = new URLSearchParams(search);
  const [page = '', name = '', ...rest] = path.split('/');
  if (page === '' && name === '') return { page: 'tests', query };
  if (page === 'new' && name === '') return { page: 'new', query };
  if (page === 'compare' && name === '') return { page: 'compare', query };
  if (page === 'tests' && name !== '' && rest.length === 0) return { page: 'test', testID: decode(name), query };
  return { page: 'missing', query };
}

type Query = Record<string, string | number | null | undefined>;

function link(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

export const to = {
  tests: () => link(''),
  new: (from?: string) => link('new', { from }),
  test: (testID: string, query: { run?: number | null; tab?: string } = {}) =>
    link(`tests/${encodeURIComponent(testID)}`, query),
  compare: (a?: string, b?: string) => link('compare', { a, b }),
};

export function go(href: string): void {
  location.hash = href;
}

/** The same page with another query, in place of the present one in the history. */
export function replace(href: string): void {
  history.replaceState(null, '', href);
  hash.value = href;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
