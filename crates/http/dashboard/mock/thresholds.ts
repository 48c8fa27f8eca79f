// Judges thresholds over made-up results, by the grammar of the contract, as far as the mock needs it.

import type { Lane, Results, ThresholdResult } from '../src/api/types';

const GRAMMAR =
  /^(?:(logs|metrics|traces)\.)?([a-zA-Z]+(?:\.[a-z0-9]+)?)\s*(<=|>=|==|!=|<|>)\s*(\d+(?:\.\d+)?)\s*(us|ms|s)?$/;
const COUNTS = [
  'due',
  'issued',
  'acked',
  'rejected',
  'failed',
  'missed',
  'inDoubt',
  'requests',
  'retries',
  'bytes',
  'wireBytes',
];
const FIGURES = new Set([
  ...COUNTS,
  ...COUNTS.map((name) => `${name}.rate`),
  'late',
  'dropped',
  'headroom',
  'rate.asked',
  'rate.achieved',
  'loss',
  'loss.rate',
  'duplicates',
  'reordered',
]);
const TIMES = /^(lateness|responseTime|serviceTime|endToEnd)\.(p50|p90|p95|p99|p999|max)$/;

/** What is wrong with a threshold; none if nothing is. */
export function faultOf(text: string): string | null {
  const match = GRAMMAR.exec(text.trim());
  const figure = match?.[2] ?? '';
  if (!match)
    return `is "${text}"; accepted: a figure, a comparison and a value, such as "logs.responseTime.p99 < 250ms"`;
  return FIGURES.has(figure) || TIMES.test(figure)
    ? null
    : `compares "${figure}", which is no figure; such as failed.rate, missed, responseTime.p99`;
}

export function judge(text: string, results: Pick<Results, 'lanes' | 'delivery'>): ThresholdResult {
  const [, signal, figure = '', operator = '==', wanted = '0', unit] = GRAMMAR.exec(text.trim()) ?? [];
  const lanes = signal ? [results.lanes[signal]].filter((lane) => lane !== undefined) : Object.values(results.lanes);
  const value = valueOf(figure, lanes, results.delivery?.lost ?? null);
  const target = Number(wanted) * (unit === 's' ? 1000 : unit === 'us' ? 0.001 : 1);
  const ok = value === null || holds(value, operator, target);
  const shown =
    value === null
      ? '–'
      : TIMES.test(figure)
        ? `${value.toFixed(1)} ms`
        : figure.endsWith('.rate')
          ? value.toFixed(5).replace(/\.?0+$/, '')
          : String(Math.round(value));
  return { threshold: text, ok, value, shown, abortOnFail: false };
}

function valueOf(figure: string, lanes: readonly Lane[], lost: number | null): number | null {
  const [name = '', part] = figure.split('.');
  const sum = (of: (lane: Lane) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  if (name === 'loss') return lost;
  if (TIMES.test(figure)) {
    const times = lanes.map(
      (lane) => (lane[name as 'responseTime'] as Record<string, number | undefined> | undefined)?.[part ?? ''],
    );
    const known = times.filter((time) => time !== undefined);
    return known.length === 0 ? null : Math.max(...known);
  }
  const counted = (lane: Lane) => Number((lane as unknown as Record<string, unknown>)[name] ?? 0);
  return part === 'rate'
    ? sum(counted) /
        Math.max(
          1,
          sum((lane) => lane.due),
        )
    : sum(counted);
}

function holds(value: number, operator: string, target: number): boolean {
  switch (operator) {
    case '<':
      return value < target;
    case '<=':
      return value <= target;
    case '>':
      return value > target;
    case '>=':
      return value >= target;
    case '!=':
      return value !== target;
    default:
      return value === target;
  }
}
