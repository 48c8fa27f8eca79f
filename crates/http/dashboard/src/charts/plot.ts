// Draws a chart with uPlot. Knows the palette by name only, so that light and dark are a matter of drawing again.

import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

import { clock } from '../format';
import type { ChartData, ChartMark, Line, Unit } from './model';
import { ceiling, timeSteps, write } from './units';

export interface PlotOptions {
  unit: Unit;
  height: number;
  /** Charts of the same group share their cursor and their zoom. */
  group: string;
  /** Hears which point the cursor is at. */
  onCursor: (at: number | null) => void;
  /** Hears whether only a part of the time is shown. */
  onZoom: (isZoomed: boolean) => void;
}

/** A chart in an element, until it is destroyed. */
export class Plot {
  readonly #host: HTMLElement;
  readonly #options: PlotOptions;
  readonly #resize: ResizeObserver;
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  readonly #theme: MutationObserver;
  #plot: uPlot | null = null;
  #shape = '';
  #marks: readonly ChartMark[] = [];
  #isZoomed = false;

  constructor(host: HTMLElement, options: PlotOptions) {
    this.#host = host;
    this.#options = options;
    this.#resize = new ResizeObserver(() => this.#plot?.setSize(this.#size()));
    this.#resize.observe(host);
    this.#theme = new MutationObserver(this.#redraw);
    this.#theme.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    this.#dark.addEventListener('change', this.#redraw);
  }

  /** Shows the data; a zoom that someone chose stays. */
  update(data: ChartData, marks: readonly ChartMark[]): void {
    this.#marks = marks;
    const columns: uPlot.AlignedData = [data.t, ...data.lines.map(({ values }) => values)];
    // Only what uPlot cannot change later makes a new plot necessary.
    const shape = data.lines
      .map(({ label, color, dashed, fill, stepped, spanning }) =>
        [label, color, dashed, fill, stepped, spanning].join(),
      )
      .join(';');
    if (this.#plot && shape === this.#shape) {
      this.#plot.setData(columns, !this.#isZoomed);
      if (this.#isZoomed) this.#plot.redraw();
    } else {
      this.#plot?.destroy();
      if (this.#isZoomed) this.#options.onZoom(false);
      this.#isZoomed = false;
      this.#shape = shape;
      this.#plot = new uPlot(this.#settings(data.lines), columns, this.#host);
    }
    this.#placeMarks();
  }

  /** Shows all of the time again, in every chart of the group. */
  resetZoom(): void {
    this.#plot?.over.dispatchEvent(new MouseEvent('dblclick'));
  }

  destroy(): void {
    this.#resize.disconnect();
    this.#theme.disconnect();
    this.#dark.removeEventListener('change', this.#redraw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  readonly #redraw = () => {
    this.#plot?.redraw(false, true);
    this.#placeMarks();
  };

  #size(): { width: number; height: number } {
    return { width: Math.max(this.#host.clientWidth, 120), height: this.#options.height };
  }

  #settings(lines: readonly Line[]): uPlot.Options {
    const { unit, group, onCursor } = this.#options;
    const axis = {
      stroke: () => ink('--ink-3'),
      font: `11px ${fontOf(this.#host)}`,
      ticks: { show: false },
      grid: { stroke: () => ink('--chart-grid'), width: 1 },
    };
    return {
      ...this.#size(),
      legend: { show: false },
      padding: [10, 12, 0, 0],
      cursor: {
        sync: { key: group, setSeries: false },
        points: { size: 6, width: 1.5 },
        drag: { x: true, y: false, dist: 6 },
      },
      scales: {
        x: { time: false, range: (plot, from, to) => [from === plot.data[0][0] ? 0 : from, to] },
        y: { range: (_plot, _low, high) => [0, ceiling(high, unit)] },
      },
      axes: [
        {
          ...axis,
          size: 26,
          gap: 6,
          space: 56,
          incrs: timeSteps(),
          grid: { show: false },
          values: (_plot, at) => at.map(clockOf),
        },
        {
          ...axis,
          size: 62,
          gap: 6,
          space: 32,
          values: (_plot, at) => at.map((value) => (value === 0 ? '0' : write(unit, value))),
        },
      ],
      series: [{}, ...lines.map(seriesOf)],
      hooks: {
        setCursor: [
          (plot) =>
            onCursor(plot.cursor.left !== undefined && plot.cursor.left >= 0 ? (plot.cursor.idx ?? null) : null),
        ],
        setScale: [
          (plot, scale) => {
            if (scale === 'x') this.#noteZoom(plot);
            this.#placeMarks();
          },
        ],
        setSize: [() => this.#placeMarks()],
        ready: [() => this.#placeMarks()],
      },
    };
  }

  /** Whoever chose a part of the time, here or in another chart of the group, keeps it when points are added. */
  #noteZoom(plot: uPlot): void {
    const [t] = plot.data;
    const { min = 0, max = 0 } = plot.scales.x ?? {};
    const isZoomed = t.length > 1 && (min > (t[0] ?? 0) || max < (t.at(-1) ?? 0));
    if (isZoomed === this.#isZoomed) return;
    this.#isZoomed = isZoomed;
    this.#options.onZoom(isZoomed);
  }

  /** Marks are elements, so that one can point at them and read what they say. */
  #placeMarks(): void {
    const plot = this.#plot;
    if (!plot) return;
    for (const old of plot.over.querySelectorAll('.chart-mark')) old.remove();
    const { min = 0, max = 0 } = plot.scales.x ?? {};
    for (const mark of this.#marks) {
      if (mark.t < min || mark.t > max) continue;
      const left = plot.valToPos(mark.t, 'x');
      const line = document.createElement('div');
      line.className = left > plot.over.clientWidth / 2 ? 'chart-mark is-right' : 'chart-mark';
      line.style.left = `${left}px`;
      line.style.setProperty('--mark', `var(${mark.color})`);
      const label = document.createElement('span');
      label.className = 'chart-mark-label';
      label.textContent = mark.label;
      line.append(label);
      plot.over.append(line);
    }
  }
}

function seriesOf(line: Line): uPlot.Series {
  const color = () => ink(line.color);
  const stepped = uPlot.paths.stepped;
  return {
    label: line.label,
    stroke: color,
    width: line.fill === 'whole' ? 1 : 1.5,
    points: { show: isAlone },
    ...(line.dashed ? { dash: [4, 4] } : {}),
    ...(line.fill ? { fill: () => (line.fill === 'whole' ? color() : `${color()}1f`) } : {}),
    ...(line.stepped && stepped ? { paths: stepped({ align: -1 }) } : {}),
    spanGaps: line.spanning ?? false,
  };
}

/** A line of one point would not be seen. */
function isAlone(plot: uPlot, _series: number, from: number, to: number): boolean {
  return to - from < 1 && plot.data[0].length > 0;
}

function clockOf(seconds: number): string {
  return Number.isInteger(seconds) ? clock(seconds) : `${seconds.toFixed(1)} s`;
}

/** A colour of the palette as it is now. */
export function ink(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function fontOf(element: HTMLElement): string {
  return getComputedStyle(element).fontFamily;
}
