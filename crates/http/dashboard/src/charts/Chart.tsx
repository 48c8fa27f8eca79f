// A chart with its title and a legend that says the values at the cursor, or the last ones.

import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';

import './chart.css';

import { clock } from '../format';
import type { ChartData, ChartMark, Line, Unit } from './model';
import { hasValues, lastOf } from './model';
import { Plot } from './plot';
import { write } from './units';

export interface ChartProps {
  title: string;
  /** What is measured, for those who wonder. */
  hint?: string;
  unit: Unit;
  data: ChartData;
  marks?: readonly ChartMark[];
  /** Charts of the same group share their cursor. */
  group: string;
  testId: string;
  height?: number;
  /** What is said in place of a chart without values. */
  empty: string;
  /** Whether its data is on its way. */
  isLoading?: boolean;
}

const NO_MARKS: readonly ChartMark[] = [];

export function Chart({
  title,
  hint,
  unit,
  data,
  marks = NO_MARKS,
  group,
  testId,
  height = 208,
  empty,
  isLoading = false,
}: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const cursor = useSignal<number | null>(null);
  const isZoomed = useSignal(false);
  const heading = useId();
  const isEmpty = !hasValues(data);

  useEffect(() => {
    if (!host.current) return;
    const drawn = new Plot(host.current, {
      unit,
      height,
      group,
      onCursor: (at) => (cursor.value = at),
      onZoom: (zoomed) => (isZoomed.value = zoomed),
    });
    plot.current = drawn;
    return () => {
      plot.current = null;
      drawn.destroy();
    };
  }, [unit, height, group, cursor, isZoomed]);

  useEffect(() => plot.current?.update(data, marks), [data, marks, unit, height, group]);

  const at = cursor.value !== null && cursor.value < data.t.length ? cursor.value : null;
  const moment = at === null ? data.t.at(-1) : data.t[at];
  return (
    <figure
      class="chart"
      aria-labelledby={heading}
      data-testid={testId}
      data-points={data.t.length}
      data-last={data.t.at(-1) ?? ''}
    >
      <figcaption class="chart-head">
        <h3 id={heading} title={hint}>
          {title}
        </h3>
        <ul class="chart-legend">
          {legendOf(data.lines).map((line) => (
            <li key={line.label}>
              <Swatch line={line} />
              {line.label} <b>{write(unit, at === null ? lastOf(line) : ((line.shown ?? line.values)[at] ?? null))}</b>
            </li>
          ))}
          <li class="chart-time" title="Time under load">
            {moment === undefined ? '' : clock(moment)}
          </li>
          {isZoomed.value && (
            <li>
              <button type="button" class="chart-reset" onClick={() => plot.current?.resetZoom()}>
                Whole run
              </button>
            </li>
          )}
        </ul>
      </figcaption>
      <div class="chart-body" role="img" aria-label={describe(title, unit, data)}>
        <div ref={host} class={isEmpty ? 'chart-plot is-empty' : 'chart-plot'} />
        {isEmpty && <p class="chart-empty">{isLoading ? 'Loading…' : empty}</p>}
      </div>
    </figure>
  );
}

/** Stacks are drawn from the top down and read from the bottom up. */
function legendOf(lines: readonly Line[]): Line[] {
  return lines.some(({ fill }) => fill === 'whole') ? [...lines].reverse() : [...lines];
}

function Swatch({ line }: { line: Line }) {
  return (
    <svg class="swatch" viewBox="0 0 12 8" aria-hidden="true">
      <line
        x1="0"
        x2="12"
        y1="4"
        y2="4"
        stroke={`var(${line.color})`}
        stroke-width={line.fill === 'whole' ? 8 : 2.5}
        stroke-dasharray={line.dashed ? '3 2' : undefined}
      />
    </svg>
  );
}

function describe(title: string, unit: Unit, data: ChartData): string {
  if (!hasValues(data)) return `${title}: no values`;
  const lines = legendOf(data.lines).map((line) => {
    const values = (line.shown ?? line.values).filter((value) => value !== null);
    return `${line.label} ${write(unit, lastOf(line))}, at most ${write(unit, Math.max(...values))}`;
  });
  return `${title} over ${clock(data.t.at(-1) ?? 0)}: ${lines.join('; ')}`;
}
