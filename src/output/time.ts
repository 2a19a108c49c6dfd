/** UTC as ISO 8601, the way the cloud writes it: `2026-01-02T03:04:05Z`; milliseconds only when there are any. */
export function formatUtc(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}
