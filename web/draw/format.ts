import {formatBytes} from '../../src/model/units.js';

export {formatBytes};

const grouped = new Intl.NumberFormat('en');
const day = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'short', year: 'numeric'});
const clock = new Intl.DateTimeFormat('en-GB', {hour: '2-digit', minute: '2-digit', second: '2-digit'});

export const formatCount = (count: number): string => grouped.format(count);

/** "1 file", "2,310 files". */
export const formatCountOf = (count: number, one: string, many = `${one}s`): string => `${grouped.format(count)} ${count === 1 ? one : many}`;

/** "0.4 %", "93 %"; never says 0 or 100 % of what is neither. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) {
    return '< 0.1 %';
  }
  if (percent > 99.9 && percent < 100) {
    return '> 99.9 %';
  }
  return `${percent >= 10 ? Number(percent.toFixed(percent > 99 ? 1 : 0)) : Number(percent.toFixed(1))} %`;
}

/** "0.42 ms", "18 ms", "3.2 s", "4 min 05 s". */
export function formatDuration(ms: number): string {
  if (ms < 10) {
    return `${Number(ms.toFixed(2))} ms`;
  }
  if (ms < 1000) {
    return `${Math.round(ms)} ms`;
  }
  if (ms < 60_000) {
    return `${(ms / 1000).toFixed(1)} s`;
  }
  return `${Math.floor(ms / 60_000)} min ${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')} s`;
}

export const formatDay = (ms: number): string => day.format(ms);
export const formatClock = (ms: number): string => clock.format(ms);
