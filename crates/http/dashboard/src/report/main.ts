// What a report adds when scripts run: the figures under the pointer, or at the place that the arrow keys chose, in all
// charts of a signal at once. It stands inline in the file and reads nothing but the file.

import { clock, nearest, shown } from './figures';
import type { ChartFigures, Figures } from './figures';

const SVG = 'http://www.w3.org/2000/svg';

/** One chart with its cursor. */
interface Chart {
  svg: SVGSVGElement;
  cursor: SVGLineElement;
  readout: HTMLElement;
  figures: ChartFigures;
  group: string;
}

function start(): void {
  const element = document.getElementById('figures');
  if (!element?.textContent) return;
  const figures = JSON.parse(element.textContent) as Figures;
  if (figures.t.length === 0) return;

  const charts = [...document.querySelectorAll<SVGSVGElement>('svg[data-chart]')].flatMap((svg) => {
    const id = svg.dataset.chart ?? '';
    const own = figures.charts[id];
    return own ? [furnish(svg, own, id.split('-')[0] ?? id)] : [];
  });
  let place = 0;

  const point = (chart: Chart, next: number) => {
    place = Math.max(0, Math.min(figures.t.length - 1, next));
    for (const other of charts) {
      if (other.group === chart.group) show(other, figures, place, other === chart);
      else hide(other);
    }
  };

  for (const chart of charts) {
    const { svg } = chart;
    svg.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      point(chart, nearest(figures.t, ((event.clientX - box.left) / box.width) * figures.span));
    });
    svg.addEventListener('pointerleave', () => charts.forEach(hide));
    svg.addEventListener('focus', () => {
      if (svg.matches(':focus-visible')) point(chart, place);
    });
    svg.addEventListener('blur', () => charts.forEach(hide));
    svg.addEventListener('keydown', (event) => {
      const page = Math.max(1, Math.round(figures.t.length / 10));
      const moves: Record<string, number> = {
        ArrowRight: place + 1,
        ArrowLeft: place - 1,
        PageDown: place + page,
        PageUp: place - page,
        Home: 0,
        End: figures.t.length - 1,
      };
      const next = moves[event.key];
      if (next === undefined) return;
      event.preventDefault();
      point(chart, next);
    });
  }
}

/** Puts a cursor and a readout into a chart and lets the keyboard reach it. */
function furnish(svg: SVGSVGElement, figures: ChartFigures, group: string): Chart {
  svg.tabIndex = 0;
  const cursor = document.createElementNS(SVG, 'line');
  cursor.classList.add('cursor');
  cursor.setAttribute('y1', '16');
  cursor.setAttribute('y2', '166');
  cursor.style.visibility = 'hidden';
  svg.append(cursor);
  const readout = document.createElement('div');
  readout.className = 'readout';
  readout.hidden = true;
  readout.setAttribute('role', 'status');
  svg.parentElement?.append(readout);
  return { svg, cursor, readout, figures, group };
}

function show(chart: Chart, { t, at, span }: Figures, place: number, speaks: boolean): void {
  const { cursor, readout, figures } = chart;
  const moment = t[place] ?? 0;
  const left = (moment / span) * 100;
  cursor.setAttribute('x1', `${left}%`);
  cursor.setAttribute('x2', `${left}%`);
  cursor.style.visibility = 'visible';

  const heading = document.createElement('b');
  heading.textContent = `${clock(moment)} · ${new Date(at[place] ?? 0).toISOString().slice(11, 19)} UTC`;
  const rows = figures.lines.map(({ name, colour, values }) => {
    const row = document.createElement('span');
    const key = document.createElement('i');
    key.className = colour;
    const value = document.createElement('em');
    value.textContent = shown(values[place] ?? null, figures.unit);
    row.append(key, name, value);
    return row;
  });
  readout.replaceChildren(heading, ...rows);
  readout.hidden = false;
  readout.setAttribute('aria-live', speaks ? 'polite' : 'off');
  // On the side of the cursor where there is room.
  readout.style.left = left < 50 ? `calc(${left}% + 0.75rem)` : '';
  readout.style.right = left < 50 ? '' : `calc(${100 - left}% + 0.75rem)`;
}

function hide({ cursor, readout }: Chart): void {
  cursor.style.visibility = 'hidden';
  readout.hidden = true;
}

start();
