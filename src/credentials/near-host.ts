/** Hosts that no stranger stands in front of: plain http to them is no leak. */

/** 127.0.0.0/8, `::1` and `localhost`. */
export function isLoopback({ hostname }: Pick<URL, 'hostname'>): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** Link-local addresses, where platforms serve metadata: 169.254.0.0/16, and 100.100.100.200 of ECS. */
export function isOnThisLink({ hostname }: URL): boolean {
  return hostname === '100.100.100.200' || /^169\.254(?:\.\d{1,3}){2}$/.test(hostname);
}
