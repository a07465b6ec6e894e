/**
 * What was probably meant by an address that is refused: a spelling that is accepted, for the
 * message that refuses. Whether an address is refused is `address.ts`.
 */

import { isIPv6 } from 'node:net';

/**
 * The same place in a form that {@link parseAddress} takes, or undefined where nothing can be
 * guessed. The word `port` stands where the port is not known; with `portless`, as in a bind
 * address, it is left out.
 */
export function addressMeantBy(
  text: string,
  { portless }: { readonly portless: boolean },
): string | undefined {
  const path = /^unix:(?:\/\/)?(\/.*)$/is.exec(text)?.[1];
  if (path !== undefined) return path;
  const url = URL_FORM.exec(text);
  if (url !== null) return withPort(url[1] ?? '', portless);
  // A port that was drawn into the brackets, or brackets of which one is missing.
  const bare = text.replaceAll(/[[\]]/g, '');
  const colon = bare.lastIndexOf(':');
  const host = bare.slice(0, colon);
  // In "::1:7001" the last part is more likely a port than a part of the address.
  if (isIPv6(host) && /^\d+$/.test(bare.slice(colon + 1))) return ipv6(host, bare.slice(colon));
  if (isIPv6(bare)) return ipv6(bare, portless ? '' : ':port');
  if (bare !== text && /^[\w.-]+:\d+$/.test(bare)) return bare;
  return undefined;
}

/** A URL, whose first group is what stands between the user, if there is one, and the path. */
const URL_FORM = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)/i;

/** Whether somebody wrote a URL, or one of its relatives for a UNIX socket. */
export function isUrl(text: string): boolean {
  return URL_FORM.test(text) || /^unix:\//i.test(text);
}

/** A URL as it can be shown: what stands before an `@` may be a password. */
export function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1…@');
}

function withPort(host: string, portless: boolean): string | undefined {
  if (host === '') return undefined;
  return portless || /:\d+$/.test(host) ? host : `${host.replace(/:$/, '')}:port`;
}

/** With a colon and the port in `port`. A zone matters in a link-local address, and only there. */
function ipv6(address: string, port: string): string {
  const [withoutZone, zone] = address.split('%');
  if (zone === undefined) return `[${address}]${port}`;
  // Brackets hold no zones, as in C.
  return isLinkLocal(address) ? `${address}${port || ':0'}` : `[${withoutZone}]${port}`;
}

/** fe80::/10. */
export function isLinkLocal(address: string): boolean {
  return /^fe[89ab][0-9a-f]:/i.test(address);
}
