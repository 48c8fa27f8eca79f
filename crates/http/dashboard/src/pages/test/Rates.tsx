// The rates of a run in progress, changed as one drags: sent when one pauses, felt by the run within a second.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

import { api, reasonOf } from '../../api/client';
import type { Signal, Test } from '../../api/types';
import { RATE_FIELDS, SIGNALS } from '../../api/types';
import { readRate } from '../../spec/form';
import { rateOf } from '../tests/target';

/** Milliseconds without a change until it is sent. */
const PAUSE = 350;

export function Rates({ test, onChanged }: { test: Test; onChanged: (test: Test) => void }) {
  const profile = test.profile as { type?: string } | undefined;
  // A search sets the rates itself.
  if (profile?.type === 'capacity') return null;
  const signals = SIGNALS.filter((signal) => rateOf(test, signal) !== 0 && rateOf(test, signal) !== 'max');
  if (signals.length === 0) return null;
  return (
    <section class="panel rates" data-testid="rates" aria-label="Rates">
      <div class="panel-head">
        <h2>Rates</h2>
        <span class="quiet">
          {profile
            ? 'of which the shape takes its parts; a change takes effect within a second'
            : 'a change takes effect within a second'}
        </span>
      </div>
      <div class="rates-fields">
        {signals.map((signal) => (
          <RateSlider key={signal} signal={signal} test={test} onChanged={onChanged} />
        ))}
      </div>
    </section>
  );
}

function RateSlider({ signal, test, onChanged }: { signal: Signal; test: Test; onChanged: (test: Test) => void }) {
  const actual = Number(rateOf(test, signal));
  const wish = useSignal<string | null>(null);
  const fault = useSignal<string | null>(null);
  const top = useSignal(topFor(actual));
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = async (text: string) => {
    try {
      const changed = await api.change(test.testID, { [RATE_FIELDS[signal]]: readRate(text) });
      fault.value = null;
      onChanged(changed);
      top.value = Math.max(top.value, topFor(Number(rateOf(changed, signal))));
    } catch (error) {
      fault.value = reasonOf(error);
    } finally {
      // Unless someone has gone on meanwhile.
      if (wish.value === text) wish.value = null;
    }
  };
  const change = (text: string, after: number) => {
    wish.value = text;
    fault.value = null;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void send(text), after);
  };

  const name = `${signal.charAt(0).toUpperCase()}${signal.slice(1)} per second`;
  const shown = wish.value ?? String(actual);
  const value = Math.min(top.value, Number(readRate(shown)) || 0);
  return (
    <div class="rate" style={{ color: `var(--${signal})` }}>
      <label class="rate-name" for={`rate-${signal}`}>
        {signal}
      </label>
      <input
        class="slider"
        type="range"
        aria-label={`${name} slider`}
        min={0}
        max={top.value}
        step={stepFor(top.value)}
        value={value}
        style={{ '--part': `${(100 * value) / top.value}%` }}
        onInput={(event) => change(event.currentTarget.value, PAUSE)}
      />
      <div class={fault.value ? 'input is-wrong' : 'input'}>
        <input
          id={`rate-${signal}`}
          aria-label={name}
          type="number"
          min={0}
          inputMode="numeric"
          autoComplete="off"
          value={shown}
          aria-invalid={fault.value ? true : undefined}
          onInput={(event) => change(event.currentTarget.value, 2 * PAUSE)}
          onKeyDown={(event) => {
            if (event.key === 'Enter') change(event.currentTarget.value, 0);
          }}
        />
        <span class="unit">/s</span>
      </div>
      {fault.value && (
        <p class="field-fault" role="alert">
          {fault.value}
        </p>
      )}
    </div>
  );
}

/** The end of a slider for a rate: about three times as much, and a round number. */
export function topFor(rate: number): number {
  const wanted = Math.max(10, rate * 3);
  const size = 10 ** Math.floor(Math.log10(wanted));
  return Math.min(10_000_000, Math.ceil(wanted / size) * size);
}

/** About two hundred places on the slider. */
export function stepFor(top: number): number {
  return Math.max(1, 10 ** Math.floor(Math.log10(top / 100)));
}
