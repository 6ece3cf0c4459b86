/** What a kernel says of any module that is not its own, and of a program that the tests run without arguments. */
const expected = [
  /winnow: loading out-of-tree module taints kernel\.$/,
  /process 'accesses' launched '.*' with NULL argv: empty string added$/,
  // Of a machine whose emulated processor got no time for a while.
  /hrtimer: interrupt took \d+ ns$/,
];

/** Lines of `dmesg -r` that are warnings or worse, without those that have to be there. */
export function kernelWarnings(log: string): string[] {
  return log.split('\n').filter((line) => /^<[0-4]>/.test(line) && !expected.some((pattern) => pattern.test(line)));
}
