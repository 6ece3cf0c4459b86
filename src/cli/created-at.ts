import type {CommandContext} from './context.js';

/** Now, or what makes documents reproducible (https://reproducible-builds.org/specs/source-date-epoch/). */
export function createdAt({env}: Pick<CommandContext, 'env'>): Date {
  const seconds = env['SOURCE_DATE_EPOCH'];
  return seconds !== undefined && /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1000) : new Date();
}
