// The palette holds what it promises.

import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function palette(selector: string): Map<string, string> {
  const begin = css.indexOf(`${selector} {`);
  expect(begin, `${selector} is in tokens.css`).toBeGreaterThan(-1);
  const block = css.slice(begin, css.indexOf('}', begin));
  return new Map([...block.matchAll(/(--[a-z0-9-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]));
}

const light = palette(`:root[data-theme='light']`);
const dark = palette(`:root[data-theme='dark']`);

function luminance(hex: string): number {
  const channel = (at: number) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

test('a dark system and the dark theme look the same', () => {
  expect(palette(':root:not([data-theme])')).toEqual(dark);
});

test('both palettes name the same colours', () => {
  expect([...light.keys()]).toEqual([...dark.keys()]);
});

describe.each([
  ['light', light],
  ['dark', dark],
])('the %s palette', (_name, colours) => {
  const of = (name: string) => colours.get(`--${name}`) ?? '';

  test.each(['ink', 'ink-2', 'ink-3', 'accent', 'good', 'bad', 'warn', 'logs', 'metrics', 'traces'])(
    'has %s readable as text on every surface',
    (ink) => {
      for (const surface of ['bg', 'surface', 'raised', 'sunken', 'hover']) {
        expect(contrast(of(ink), of(surface)), `${ink} on ${surface}`).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  test.each([
    ['good', 'good-soft'],
    ['bad', 'bad-soft'],
    ['warn', 'warn-soft'],
    ['accent', 'accent-soft'],
    ['accent-ink', 'accent'],
    ['accent-ink', 'bad'],
    ['ink-2', 'accent-soft'],
  ])('has %s readable on %s', (ink, surface) => {
    expect(contrast(of(ink), of(surface))).toBeGreaterThanOrEqual(4.5);
  });

  test.each([
    'chart-1',
    'chart-2',
    'chart-3',
    'chart-4',
    'chart-5',
    'chart-6',
    'chart-asked',
    'times-1',
    'times-2',
    'times-3',
    'control-line',
  ])('has %s visible on a surface', (line) => {
    expect(contrast(of(line), of('surface'))).toBeGreaterThanOrEqual(3);
  });
});
