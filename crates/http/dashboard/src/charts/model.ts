// What a chart shows, free of how it is drawn and of any page: the report is made of the same.

/** How values are written. */
export type Unit = 'rate' | 'millis' | 'count' | 'share' | 'bytes';

export interface Line {
  label: string;
  /** The name of a colour of the palette, such as `--chart-1`. */
  color: string;
  values: (number | null)[];
  /** What the legend says of a value, where that is not the value itself: the parts of a stack. */
  shown?: (number | null)[];
  dashed?: boolean;
  /** Goes on over what is not known: another line may have values where this one has none. */
  spanning?: boolean;
  /** Fills what is below: softly, or whole, as the parts of a stack are. */
  fill?: 'soft' | 'whole';
  /** In steps, as what was counted over a stretch is. */
  stepped?: boolean;
}

export interface ChartData {
  /** Seconds of active time. */
  t: number[];
  lines: Line[];
}

/** A moment on the time axis. */
export interface ChartMark {
  t: number;
  label: string;
  /** The name of its colour. */
  color: string;
}

export const NO_DATA: ChartData = { t: [], lines: [] };

/** Whether there is anything to be seen. */
export function hasValues({ lines }: ChartData): boolean {
  return lines.some(({ values }) => values.some((value) => value !== null));
}

/** The last value of a line, as the legend shows it. */
export function lastOf({ values, shown = values }: Line): number | null {
  return shown.findLast((value) => value !== null) ?? null;
}
