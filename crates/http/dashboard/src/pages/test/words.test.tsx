// @vitest-environment happy-dom
// What a run came to, as one reads it.

import { render } from 'preact';
import { beforeEach, describe, expect, test } from 'vitest';

import type { Delivery, Results } from '../../api/types';
import { laneWith, resultsWith } from '../../testing/results';
import { figureName } from '../compare/names';
import { Ledger, stagesOf } from './Ledger';
import { stepFor, topFor } from './Rates';
import { summaryOf } from './sample';
import { Verdict } from './Verdict';

let host: HTMLElement;

beforeEach(() => {
  host = document.createElement('div');
  document.body.replaceChildren(host);
});

const find = (id: string) => document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
const show = (results: Results) => {
  render(null, host);
  render(<Verdict results={results} />, host);
  return find('conclusion');
};
const threshold = (patch: Partial<Results['thresholds'][number]>) => ({
  threshold: 'missed == 0',
  ok: true,
  value: 0,
  shown: '0',
  abortOnFail: false,
  ...patch,
});

const END_TO_END = { count: 1, p50: 1, p90: 1, p95: 1, p99: 1, p999: 1, max: 1 };
const delivery = (patch: Partial<Delivery>, lost = 0): Delivery => ({
  sink: 'http://sink',
  at: '',
  settled: true,
  fault: null,
  lost,
  endToEnd: END_TO_END,
  lanes: {
    logs: {
      received: 990,
      unique: 988,
      duplicates: 2,
      reordered: 1,
      lost,
      lostAtMost: lost + 5,
      lostAtTail: 0,
      endToEnd: END_TO_END,
    },
  },
  ...patch,
});

describe('the verdict', () => {
  test('says in words how it ended, and what that means', () => {
    const shown = show(resultsWith());
    expect(shown?.dataset.result).toBe('passed');
    expect(shown?.textContent).toContain('PassedEvery threshold held.');
    expect(shown?.textContent).toContain('The generator kept its schedule');
  });

  test('does not let a generator that fell behind look like a pass', () => {
    const conclusion = { result: 'invalid', reason: 'the generator was the limit' };
    const shown = show(resultsWith({ verdict: 'generator-limited', conclusion }));
    expect(shown?.className).toContain('is-warn');
    expect(shown?.textContent).toContain('InvalidThe generator was the limit.');
  });

  test('warns as soon as a threshold breaks, while the run goes on', () => {
    const conclusion = { result: 'running', reason: '1 of 1 does not hold' };
    const shown = show(
      resultsWith({ status: 'Paused', conclusion, thresholds: [threshold({ ok: false, value: 3, shown: '3' })] }),
    );
    expect(shown?.className).toContain('is-bad');
    expect(shown?.textContent).toContain('Paused');
    expect(shown?.querySelector('[data-ok="false"]')?.textContent).toContain('does not hold');
  });

  test('does not say that a threshold holds of which nothing is known', () => {
    const shown = show(resultsWith({ thresholds: [threshold({ value: null })] }));
    expect(shown?.querySelector('[data-ok]')?.getAttribute('data-ok')).toBe('unknown');
  });

  test('tells what was acked and never arrived, once that is certain', () => {
    expect(show(resultsWith({ delivery: delivery({}, 12) }))?.textContent).toContain(
      '12 records were acked and never arrived.',
    );
    expect(show(resultsWith({ delivery: delivery({ settled: false }, 12) }))?.textContent).not.toContain(
      'never arrived',
    );
    expect(
      show(resultsWith({ delivery: delivery({ lost: null, fault: 'connection refused' }) }))?.textContent,
    ).toContain('What arrived is not known: Connection refused.');
  });
});

describe('the ledger', () => {
  test('accounts for every record between two stages', () => {
    const lane = laneWith({ issued: 990, missed: 10, acked: 970, failed: 12, rejected: 8, failures: { timeout: 12 } });
    for (const [stage, before] of [
      ['issued', 'due'],
      ['acked', 'issued'],
    ] as const) {
      const stages = stagesOf(lane, null, 'logs');
      const [now, then] = [stages.find(({ name }) => name === stage), stages.find(({ name }) => name === before)];
      expect((now?.records ?? 0) + (now?.gone ?? []).reduce((sum, part) => sum + part.records, 0)).toBe(then?.records);
    }
  });

  test('shows where records went, and the sink where there is one', () => {
    const lanes = { logs: laneWith({ acked: 988, failed: 12, failures: { timeout: 12 } }) };
    render(<Ledger results={resultsWith({ lanes, delivery: delivery({}, 3) })} />, host);
    const text = find('ledger-logs')?.textContent ?? '';
    for (const part of ['−12 failed', 'timeout 12', 'received988', '−3 lost', '8 lost at most', '2 duplicates'])
      expect(text).toContain(part);
    expect(stagesOf(laneWith(), null, 'logs').map(({ name }) => name)).toEqual(['due', 'issued', 'acked']);
  });
});

test('a slider ends at about three times the rate, and has round places', () => {
  expect([1, 100, 500, 1234, 9_000_000].map(topFor)).toEqual([10, 300, 2000, 4000, 10_000_000]);
  expect([10, 300, 2000, 10_000_000].map(stepFor)).toEqual([1, 1, 10, 100_000]);
});

test('a record is told on one line', () => {
  const sample = (signal: string, record: Record<string, unknown>) => ({ signal, share: 0, seq: 1, at: '', record });
  expect(summaryOf(sample('logs', { level: 'WARN', message: 'slow' }))).toEqual({ tag: 'WARN', what: 'slow' });
  expect(summaryOf(sample('metrics', { name: 'cpu', value: 0.5 }))).toEqual({ tag: null, what: 'cpu  0.5' });
  expect(summaryOf(sample('traces', { operation: 'GET /', duration: 3, traceID: 'ff' }))).toEqual({
    tag: null,
    what: 'GET /  3 ms  ff',
  });
  expect(summaryOf(sample('logs', { odd: 1 }))).toEqual({ tag: null, what: '{"odd":1}' });
});

test('a figure has a name in words', () => {
  expect(['responseTime.p999', 'inDoubt', 'failed.rate', 'someNewFigure.max'].map(figureName)).toEqual([
    'Response time p99.9',
    'In doubt',
    'Failed rate',
    'Some new figure max',
  ]);
});
