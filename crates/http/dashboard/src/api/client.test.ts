import { afterEach, expect, test, vi } from 'vitest';

import { Refusal, address, api, nextOf, reasonOf } from './client';

afterEach(() => vi.unstubAllGlobals());

function answering(...answers: (Response | Error)[]) {
  const fetch = vi.fn(() => {
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  });
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

const json = (value: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(value), init);

test('an address has only what is given, and keeps names apart from paths', async () => {
  expect(address('tests', { limit: 5, status: '', cursor: null })).toBe('tests?limit=5');
  const fetch = answering(json({}));
  await api.test('a/b c');
  expect(fetch).toHaveBeenCalledWith('tests/a%2Fb%20c', expect.anything());
});

test('a listing is read page by page, as its Link says', async () => {
  const fetch = answering(json([1, 2], { headers: { link: '</tests?limit=2&cursor=x>; rel="next"' } }), json([3]));
  expect(await api.all('tests?limit=2')).toEqual([1, 2, 3]);
  expect(fetch).toHaveBeenLastCalledWith('tests?limit=2&cursor=x', expect.anything());
});

test.each([
  [null, null],
  ['</a>; rel="next"', 'a'],
  ['</a>; rel="prev", </b>; rel=next', 'b'],
  ['</a>; rel="last"', null],
])('the next page of %j is %j', (header, next) => expect(nextOf(header)).toBe(next));

test('a problem becomes a refusal with every fault in the words of the server', async () => {
  const problem = { type: '', title: '', status: 400, detail: '2 fields are wrong', code: 'invalid_field' };
  const errors = [
    { field: 'logRate', message: 'is -1' },
    { field: 'duration', message: 'is required' },
  ];
  answering(json({ ...problem, errors }, { status: 400 }));
  const refusal = await api.create({}).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Refusal);
  expect(refusal).toMatchObject({ status: 400, code: 'invalid_field', faults: errors });
  expect(reasonOf(refusal)).toBe('logRate is -1; duration is required');
});

test('what something else answered in place of the service is told by its status', async () => {
  answering(new Response('<html>', { status: 502, statusText: 'Bad Gateway' }));
  await expect(api.test('a')).rejects.toMatchObject({
    message: 'The service answered 502 Bad Gateway.',
    isOffline: false,
  });
});

test('a service that cannot be reached is one that is offline', async () => {
  answering(new TypeError('fetch failed'));
  await expect(api.test('a')).rejects.toMatchObject({ isOffline: true });
});

test('a request that was called off is no refusal', async () => {
  const abort = new AbortController();
  abort.abort();
  answering(new DOMException('called off', 'AbortError'));
  await expect(api.test('a', abort.signal)).rejects.not.toBeInstanceOf(Refusal);
});

test('a deleted test leaves nothing to be read', async () => {
  answering(new Response(null, { status: 204 }));
  expect(await api.remove('a')).toBeUndefined();
});
