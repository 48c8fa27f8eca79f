// Every figure of two runs, and which differences are more than noise.

import { useSignal } from '@preact/signals';

import type { ComparedFigure } from '../../api/types';
import { Icon } from '../../components/Icon';
import { bytes, count, millis, percent, rate, short, signed } from '../../format';
import { figureName } from './names';

export function Figures({ figures }: { figures: readonly ComparedFigure[] }) {
  const onlyMatters = useSignal(false);
  const matters = figures.filter((figure) => figure.matters);
  const shown = onlyMatters.value ? matters : figures;
  const lanes = [...new Set(shown.map((figure) => figure.lane ?? null))];
  const worse = matters.filter(({ direction }) => direction === 'worse').length;
  const better = matters.filter(({ direction }) => direction === 'better').length;
  return (
    <section class="panel" aria-label="Figures">
      <div class="panel-head">
        <h2>Figure by figure</h2>
        <span class="quiet">
          {matters.length === 0
            ? 'no difference beyond noise'
            : [
                worse > 0 ? `${worse} worse` : '',
                better > 0 ? `${better} better` : '',
                matters.length > worse + better ? `${matters.length - worse - better} different` : '',
              ]
                .filter(Boolean)
                .join(', ')}
        </span>
        <div class="section-tools">
          <label class="check">
            <input
              type="checkbox"
              checked={onlyMatters.value}
              onChange={(event) => (onlyMatters.value = event.currentTarget.checked)}
            />
            Only what matters
          </label>
        </div>
      </div>
      <div class="table-box" tabIndex={0} role="region" aria-label="Figures">
        <table class="table figures" data-testid="figures">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              <th scope="col" class="number">
                A
              </th>
              <th scope="col" class="number">
                B
              </th>
              <th scope="col" class="number">
                Difference
              </th>
              <th scope="col" class="number">
                Change
              </th>
              <th scope="col">Does it matter?</th>
            </tr>
          </thead>
          {lanes.map((lane) => (
            <tbody key={lane ?? ''}>
              <tr class="figures-lane">
                <th scope="rowgroup" colSpan={6}>
                  {lane !== null && <span class="dot" style={{ background: `var(--${lane})` }} aria-hidden="true" />}
                  {lane === null ? 'Whole run' : lane.charAt(0).toUpperCase() + lane.slice(1)}
                </th>
              </tr>
              {shown
                .filter((figure) => (figure.lane ?? null) === lane)
                .map((figure) => (
                  <Figure key={figure.figure} figure={figure} />
                ))}
            </tbody>
          ))}
        </table>
      </div>
      {shown.length === 0 && <p class="quiet-box">Nothing differs by more than the runs' own noise.</p>}
    </section>
  );
}

function Figure({ figure }: { figure: ComparedFigure }) {
  const { lane, figure: name, unit, a, b, difference, change, matters, direction, reason } = figure;
  const tone =
    matters && direction !== 'different' && direction !== 'same' ? (direction === 'better' ? 'is-good' : 'is-bad') : '';
  const gap = difference ?? null;
  return (
    <tr
      class={matters ? 'matters' : ''}
      data-figure={name}
      data-lane={lane ?? ''}
      data-matters={String(matters)}
      data-direction={direction}
    >
      <th scope="row">{figureName(name)}</th>
      <td class="number">{write(unit, a)}</td>
      <td class="number">{write(unit, b)}</td>
      <td class="number">{gap === null ? '–' : gap === 0 ? '0' : signed(write(unit, gap), gap)}</td>
      <td class={`number ${tone}`}>
        {change === null || change === undefined ? '–' : change === 0 ? '0' : signed(percent(change), change)}
      </td>
      <td class="why">
        {matters ? (
          <>
            <span class={`badge ${tone === 'is-good' ? 'is-good' : tone === 'is-bad' ? 'is-bad' : 'is-plain'}`}>
              {tone !== '' && <Icon name={tone === 'is-good' ? 'check' : 'alert'} />}
              {direction}
            </span>
            <span>{reason}</span>
          </>
        ) : (
          <span class="quiet">{reason}</span>
        )}
      </td>
    </tr>
  );
}

function write(unit: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  switch (unit) {
    case 'ms':
      return sign + millis(size);
    case 'records':
    case 'requests':
      return sign + count(size);
    case 'records/s':
      return sign + rate(size);
    case 'bytes':
      return sign + bytes(size);
    case 'share':
      return sign + percent(size);
    default:
      return sign + short(size);
  }
}
