import type { IncomingMessage } from 'node:http';
import { isIP, isIPv4 } from 'node:net';

/** The address that the trusted proxies vouch for: each of them appends the one it was called from. */
export function addressOf(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  if (typeof forwarded !== 'string') return direct;
  const chain = [...forwarded.split(',').map((part) => part.trim()), direct];
  return chain.at(-1 - trustedProxies) ?? chain[0] ?? direct;
}

/** Who has one IPv6 address has the 2^64 of its network, so these are limited together. What is no address is one network. */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%');
  if (isIPv4(plain)) return plain;
  if (isIP(plain) === 0) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const groupsOf = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const [first, rest] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array<string>(Math.max(8 - first.length - rest.length, 0)).fill('0');
  const groups = [...first, ...zeros, ...rest].slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
