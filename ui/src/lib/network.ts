/** What an address of a proxy looks like. */

const SCHEMES = ['http:', 'https:', 'socks5:', 'socks5h:'];

/** `http://host:port`, `https://…` or `socks5h://…`, without a password: that would lie open in the settings. */
export function isProxyAddress(text: string): boolean {
  const trimmed = text.trim();
  if (!URL.canParse(trimmed)) return false;
  const { protocol, hostname, password, username } = new URL(trimmed);
  return SCHEMES.includes(protocol) && hostname !== '' && password === '' && username === '';
}
