// The figures of the API in words.

const NAMES: Record<string, string> = {
  responseTime: 'Response time',
  serviceTime: 'Service time',
  lateness: 'Lateness',
  endToEnd: 'End to end',
  inDoubt: 'In doubt',
  wireBytes: 'Bytes on the wire',
  compressionRatio: 'Compression ratio',
  activeSeconds: 'Time under load',
};

/** `responseTime.p99` as `Response time p99`. */
export function figureName(figure: string): string {
  const [first = '', ...rest] = figure.split('.');
  const name = NAMES[first] ?? first.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return [name.charAt(0).toUpperCase() + name.slice(1), ...rest.map((part) => (part === 'p999' ? 'p99.9' : part))].join(
    ' ',
  );
}
