/** Time as RAM, IMS and STS write it: `2015-01-23T12:33:18Z`, whole seconds. */
export function utcTime(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 19)}Z`;
}

/** Time as ACK writes it: `2025-04-07T09:57:26+08:00`, whatever the region. */
export function chinaTime(epochMs: number): string {
  return `${new Date(epochMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
}
