// The same figures as the tests of `domain::shape`: what is drawn has the area of what is due.

import { expect, test } from 'vitest';

import { areaOf, curveOf, lengthOf } from './curve';

/** How many records of a lane of 100 per second are due after so many seconds of a load of 60 s. */
function due(profile: unknown, seconds = 60): number {
  const curve = curveOf(profile, 100, 60);
  if (!curve) throw new Error('no curve');
  const last = curve.findIndex(({ t }) => t > seconds);
  if (last === -1) return Math.round(areaOf(curve));
  const [a, b] = [curve[last - 1], curve[last]];
  if (!a || !b) throw new Error('no corner');
  const rate = a.rate + ((b.rate - a.rate) * (seconds - a.t)) / (b.t - a.t);
  return Math.round(areaOf([...curve.slice(0, last), { t: seconds, rate }]));
}

test.each([
  [undefined, 60, 6000],
  [{ type: 'ramp' }, 30, 750],
  [{ type: 'ramp' }, 60, 3000],
  [{ type: 'ramp', from: 200, to: 0, over: 10 }, 5, 750],
  [{ type: 'ramp', from: 200, to: 0, over: '10s' }, 60, 1000],
  [{ type: 'steps', from: 10, to: 30, steps: 3 }, 20, 200],
  [{ type: 'steps', from: 10, to: 30, steps: 3 }, 40, 600],
  [{ type: 'steps', from: 10, to: 30, steps: 3 }, 60, 1200],
  [{ type: 'spike', peak: '500%', at: 10, for: 2 }, 12, 2000],
  [{ type: 'spike', peak: '500%', at: '10s', for: '2s' }, 60, 6800],
  [{ type: 'sine', low: 0, high: 200, period: 4 }, 4, 400],
  [{ type: 'sine', low: 0, high: 200, period: 4 }, 2, 327],
  [
    {
      type: 'stages',
      stages: [
        { duration: 10, target: 100 },
        { duration: 10, target: 100 },
        { duration: 0, target: 10 },
      ],
    },
    20,
    1500,
  ],
])('%j is due after %d s: %d', (profile, seconds, records) => expect(due(profile, seconds)).toBe(records));

test('a curve ends where the load ends', () => {
  expect(curveOf({ type: 'ramp', to: '100%', over: 120 }, 100, 60)?.at(-1)).toEqual({ t: 60, rate: 50 });
  expect(curveOf(undefined, 100, 60)).toEqual([
    { t: 0, rate: 100 },
    { t: 60, rate: 100 },
  ]);
});

test.each([
  [{ type: 'spike', peak: 'much', at: 1, for: 1 }],
  [{ type: 'spike', peak: 5, at: '3 parsecs', for: 1 }],
  [{ type: 'steps', from: 0, to: 5, steps: 1 }],
  [{ type: 'sine', low: 0, high: 5, period: 0 }],
  [{ type: 'sine', low: 0, high: 5, period: 0.1 }],
  [{ type: 'what' }],
])('%j makes no sense yet, and draws nothing', (profile) => expect(curveOf(profile, 100, 60)).toBeNull());

test('stages say how long the load lasts', () => {
  expect(
    lengthOf({
      type: 'stages',
      stages: [
        { duration: '1.5s', target: 1 },
        { duration: 2, target: 1 },
      ],
    }),
  ).toBe(4);
  expect(lengthOf({ type: 'ramp' })).toBeNull();
});
