import {WinnowError} from './winnow-error.js';
import {ExitCode} from './exit-code.js';

const durationMs: Readonly<Record<string, number>> = {ms: 1, s: 1000, m: 60_000, h: 3_600_000};
const sizeBytes: Readonly<Record<string, number>> = {
  B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40,
};

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`. @throws WinnowError (usage) on anything else. */
export function parseDuration(text: string): number {
  return parseQuantity(text, durationMs, 'a duration such as 500ms, 30s or 5m');
}

/** Bytes of `10MB`, `64KiB`, `512B`. @throws WinnowError (usage) on anything else. */
export function parseSize(text: string): number {
  return Math.round(parseQuantity(text, sizeBytes, 'a size such as 10MB or 64KiB'));
}

/** A number from 0 to 1. @throws WinnowError (usage) on anything else. */
export function parseProbability(text: string): number {
  const value = /^(\d+\.?\d*|\.\d+)(e-?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(value >= 0 && value <= 1)) {
    throw new WinnowError(`"${text}" is not a probability from 0 to 1`, {exitCode: ExitCode.usage});
  }
  return value;
}

/** `278.0 MB`, decimal units as image tools print them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return power === 0 ? `${bytes} B` : `${(bytes / 1000 ** power).toFixed(1)} ${units[power] ?? ''}`;
}

/** `0.12 ms`, `3.4 s`: two significant digits. */
export function formatMs(ms: number): string {
  return ms < 1000 ? `${Number(ms.toPrecision(2))} ms` : `${Number((ms / 1000).toPrecision(2))} s`;
}

function parseQuantity(text: string, units: Readonly<Record<string, number>>, wanted: string): number {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text);
  const factor = match?.[2] === undefined ? undefined : units[match[2]];
  const value = factor === undefined ? Number.NaN : Number(match?.[1]) * factor;
  if (!Number.isFinite(value)) {
    throw new WinnowError(`"${text}" is not ${wanted}`, {exitCode: ExitCode.usage});
  }
  return value;
}
