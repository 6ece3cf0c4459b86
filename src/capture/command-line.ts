/**
 * A command as typed, as an argument vector. Plain words run as they are, with no shell that the image might not
 * need otherwise; anything with quotes, pipes, variables or globs goes to `/bin/sh -c`.
 */
export function argvOf(command: string): string[] {
  const words = command.trim().split(/\s+/);
  return /^[\w./:=@%+,\s-]+$/.test(command) && !(words[0] ?? '').includes('=') ? words : ['/bin/sh', '-c', command];
}
