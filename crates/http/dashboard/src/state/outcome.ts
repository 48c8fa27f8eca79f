// What a run came to, in figures over all of its lanes.

import type { Conclusion, Lane, Percentiles, Results } from '../api/types';

export interface Unacked {
  due: number;
  acked: number;
  /** Due, and neither acked nor still under way. */
  unacked: number;
}

export function unackedOf(results: Pick<Results, 'lanes'> | null | undefined): Unacked {
  const sum = { due: 0, acked: 0, unacked: 0 };
  for (const lane of Object.values(results?.lanes ?? {})) {
    sum.due += lane.due;
    sum.acked += lane.acked;
    sum.unacked += unackedIn(lane);
  }
  return sum;
}

export function unackedIn({
  rejected,
  failed,
  missed,
  inDoubt,
}: Pick<Lane, 'rejected' | 'failed' | 'missed' | 'inDoubt'>): number {
  return rejected + failed + missed + inDoubt;
}

/** The highest of the lanes: a percentile over lanes of different rates would say nothing. */
export function worstTime(
  results: Pick<Results, 'lanes'> | null | undefined,
  quantile: keyof Percentiles,
): number | null {
  return highest(Object.values(results?.lanes ?? {}).map(({ responseTime }) => responseTime[quantile]));
}

export function worstLateness(results: Pick<Results, 'lanes'> | null | undefined): number | null {
  return highest(Object.values(results?.lanes ?? {}).map(({ lateness }) => lateness.p99));
}

function highest(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : Math.max(...known);
}

/** The verdict as a sentence; what it means for who reads the figures. */
export function verdictWords(verdict: string): string {
  switch (verdict) {
    case 'valid':
      return 'The generator kept its schedule: the figures are those of the destination.';
    case 'generator-limited':
      return 'The generator was the limit: the figures say little about the destination.';
    case 'destination-limited':
      return 'The destination was the limit: it answered too slowly, and held records back.';
    default:
      return verdict;
  }
}

export function conclusionOf(results: Results): Conclusion {
  return results.conclusion;
}
