// A test in a few words: where its load goes, and how much it is.

import type { Signal, Test } from '../../api/types';
import { RATE_FIELDS, SIGNALS } from '../../api/types';
import { duration, short } from '../../format';

/** Where the load goes: the name that people gave it, or the address without its scheme. */
export function targetOf({ destination }: Test): string {
  const place = destination.endpoint.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const port = destination.port ? ` :${destination.port}` : '';
  return destination.name ? `${destination.name} · ${place}${port}` : place + port;
}

/** The rate of a signal as it is written: a number, or `max`. */
export function rateOf(test: Test, signal: Signal): number | 'max' {
  const rate: unknown = test[RATE_FIELDS[signal]];
  return rate === 'max' ? 'max' : Number(rate);
}

/** The signals that are on. */
export function askedOf(test: Test): Signal[] {
  return SIGNALS.filter((signal) => rateOf(test, signal) !== 0);
}

/** `500 logs/s · 1k metrics/s`. */
export function loadOf(test: Test): string {
  const rates = SIGNALS.map((signal) => [signal, rateOf(test, signal)] as const).filter(([, rate]) => rate !== 0);
  return rates.map(([signal, rate]) => (rate === 'max' ? `max ${signal}` : `${short(rate)} ${signal}/s`)).join(' · ');
}

/** How long the load lasts, in words. */
export function lengthOf(test: Test): string {
  if (test.duration) return duration(test.duration);
  if (test.count) return `${short(Number(test.count))} records`;
  return (test.profile as { type?: string } | undefined)?.type === 'capacity' ? 'until found' : 'open end';
}
