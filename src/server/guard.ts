import {isIP} from 'node:net';

/**
 * DNS rebinding: a page at evil.example can make its own name resolve to this machine, and the browser then treats the
 * server as that page's own. Such a request always names a domain, so only addresses, "localhost" and the name that the
 * user listens on are answered. The port is not compared: `ssh -L` and published container ports change it.
 */
export function isAllowedHost(host: string | undefined, listen: string): boolean {
  const name = hostName(host);
  return name !== null && (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || name === listen.toLowerCase());
}

/** WebSockets are exempt from the same-origin policy, so the server has to compare: page and socket share host and port. */
export function isSameOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host;
}

/** Host part of a Host header without port and brackets, in lower case; null where it is not one. */
function hostName(host: string | undefined): string | null {
  if (host === undefined || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}`)) {
    return null;
  }
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}
