// What the form means: its load drawn, its records counted, and the same test by other means.

import type { Signal } from '../../api/types';
import { RATE_FIELDS, SIGNALS } from '../../api/types';
import { Code } from '../../components/Code';
import { clock, count, rate, short } from '../../format';
import { profileOf } from '../../spec/body';
import { curlOf, specOf } from '../../spec/commands';
import type { Corner } from '../../spec/curve';
import { areaOf, curveOf, lengthOf } from '../../spec/curve';
import type { Form } from '../../spec/form';
import { SECONDS_OF, readNumber, readRate } from '../../spec/form';
import type { Draft } from '../../state/draft';

export function Preview({ draft }: { draft: Draft }) {
  const form = draft.form.value;
  const origin = `${location.origin}${location.pathname.replace(/\/$/, '')}`;
  return (
    <>
      <ShapePreview form={form} />
      <Code
        label="The same test by other means"
        variants={[
          { id: 'curl', name: 'curl', text: curlOf(draft.body.value, origin) },
          { id: 'yaml', name: 'YAML', text: specOf(draft.body.value) },
        ]}
      />
    </>
  );
}

interface Drawn {
  signal: Signal;
  corners: Corner[];
}

const WIDTH = 400;
const HEIGHT = 120;
/** Without an end, so many seconds are drawn. */
const OPEN_END = 60;

function ShapePreview({ form }: { form: Form }) {
  const isSearch = form.shape === 'capacity';
  const { seconds, isOpen } = loadOf(form);
  const drawn = isSearch ? [] : curvesOf(form, seconds);
  const top = Math.max(1e-9, ...drawn.flatMap(({ corners }) => corners.map((corner) => corner.rate)));
  return (
    <figure class="shape" data-testid="shape-preview">
      <figcaption>
        <h2>Load</h2>
        <ul class="chart-legend">
          {drawn.map(({ signal, corners }) => (
            <li key={signal}>
              <span class="dot" style={{ background: `var(--${signal})` }} aria-hidden="true" />
              {signal}{' '}
              <b>
                {isOpen
                  ? `up to ${rate(Math.max(...corners.map((corner) => corner.rate)))}`
                  : count(Math.floor(areaOf(corners) + 1e-6))}
              </b>
            </li>
          ))}
        </ul>
      </figcaption>
      {drawn.length === 0 ? (
        <p class="shape-none">
          {isSearch ? 'The rates rise step by step, as long as the condition holds.' : 'Nothing to draw yet.'}
        </p>
      ) : (
        <div class="shape-body">
          <span class="shape-top">{short(top)}/s</span>
          <svg
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={describe(drawn, seconds)}
          >
            {[0.25, 0.5, 0.75].map((part) => (
              <line key={part} class="shape-grid" x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} />
            ))}
            {drawn.map(({ signal, corners }) => (
              <path key={signal} d={pathOf(corners, seconds, top)} style={{ color: `var(--${signal})` }} />
            ))}
          </svg>
          <div class="shape-axis">
            <span>0:00</span>
            <span>{clock(seconds / 2)}</span>
            <span>{isOpen ? '…' : clock(seconds)}</span>
          </div>
        </div>
      )}
    </figure>
  );
}

function loadOf(form: Form): { seconds: number; isOpen: boolean } {
  const profile = profileOf(form);
  const own = lengthOf(profile);
  const given = readNumber(form.duration);
  if (form.end === 'duration' && typeof given === 'number' && given > 0)
    return { seconds: given * SECONDS_OF[form.durationUnit], isOpen: false };
  if (own !== null) return { seconds: own, isOpen: form.end !== 'duration' };
  return { seconds: OPEN_END, isOpen: true };
}

function curvesOf(form: Form, seconds: number): Drawn[] {
  const profile = profileOf(form);
  return SIGNALS.flatMap((signal) => {
    const given = readRate(form[RATE_FIELDS[signal]]) ?? 0;
    if (typeof given !== 'number') return [];
    const shape = form.shape === 'written' ? (profile as Record<string, unknown> | undefined)?.[signal] : profile;
    const corners = curveOf(shape, given, seconds);
    return corners?.some((corner) => corner.rate > 0) ? [{ signal, corners }] : [];
  });
}

function pathOf(corners: readonly Corner[], seconds: number, top: number): string {
  const place = ({ t, rate }: Corner) =>
    `${((t / seconds) * WIDTH).toFixed(2)} ${(HEIGHT - (rate / top) * (HEIGHT - 4)).toFixed(2)}`;
  return `M${corners.map(place).join('L')}`;
}

function describe(drawn: readonly Drawn[], seconds: number): string {
  const parts = drawn.map(({ signal, corners }) => {
    const rates = corners.map((corner) => corner.rate);
    return `${signal} between ${rate(Math.min(...rates))} and ${rate(Math.max(...rates))}`;
  });
  return `Load over ${clock(seconds)}: ${parts.join(', ')}`;
}
