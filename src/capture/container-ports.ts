import {addressMark} from './workload.js';
import type {Readiness} from './readiness.js';
import type {Step} from './workload.js';

/** Ports of the container that readiness and requests name. What a `--test` command connects to, nobody can tell. */
export function containerPorts(ready: Readiness, steps: readonly Step[]): number[] {
  const urls = steps.flatMap((step) => (step.kind === 'http' ? [step.url] : []));
  if (ready.by === 'http') {
    urls.push(ready.url);
  }
  const ports = urls.filter((url) => url.includes(addressMark)).flatMap(portOf);
  return ready.by === 'tcp' && ready.host === null ? [ready.port, ...ports] : ports;
}

function portOf(template: string): number[] {
  const url = template.replaceAll(addressMark, '127.0.0.1');
  if (!URL.canParse(url)) {
    return []; // the request itself will say so
  }
  const {port, protocol} = new URL(url);
  return [port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)];
}
