import type {ExecutionContext} from 'ava';

/** Passes when `actual` is within `relative` of `expected`, or within 1e-15 where that is larger. */
export function isClose(t: ExecutionContext, actual: number, expected: number, relative: number): void {
  const error = Math.abs(actual - expected);
  t.true(error <= Math.max(1e-15, relative * Math.abs(expected)), `${actual} is not ${expected}: off by ${error}`);
}
