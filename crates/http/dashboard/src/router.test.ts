// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { parse, to } from './router';

test.each(['', '#', '#/'])('"%s" is the page of all tests', (hash) => expect(parse(hash).page).toBe('tests'));

test('a name survives the way into an address and back, whatever is in it', () => {
  const name = 'a:b.c_d-1%2F?';
  expect(parse(to.test(name, { run: 3 }))).toMatchObject({ page: 'test', testID: name });
  expect(parse(to.test(name, { run: 3 })).query.get('run')).toBe('3');
});

test('what is not there is not another page', () => {
  for (const hash of ['#/nowhere', '#/tests', '#/tests/a/b', '#/new/x']) expect(parse(hash).page).toBe('missing');
});

test('a broken escape is taken as it is written', () => {
  expect(parse('#/tests/100%')).toMatchObject({ page: 'test', testID: '100%' });
});

test('a link says only what is given', () => {
  expect([
    to.tests(),
    to.new(),
    to.new('a b'),
    to.test('a', { run: null, tab: 'runs' }),
    to.compare(undefined, 'a:1'),
  ]).toEqual(['#/', '#/new', '#/new?from=a+b', '#/tests/a?tab=runs', '#/compare?b=a%3A1']);
});
