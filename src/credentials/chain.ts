import { ToolError } from '../errors.ts';
import type { Provider, Source } from './provider.ts';

/**
 * The first source that is configured, and its provider. Later sources are neither looked at nor asked for.
 * Throws `CREDENTIALS_NOT_FOUND`, with one line for each place looked at, when none is; what a source throws
 * (`CREDENTIALS_SOURCE_BROKEN`) stops the search.
 */
export async function chain(
  sources: Iterable<Source> | AsyncIterable<Source>,
): Promise<{ source: Source; provider: Provider }> {
  const lookedAt: string[] = [];
  for await (const source of sources) {
    const provider = await source.resolve();
    if (provider !== undefined) return { source, provider };
    lookedAt.push(`${source.name}: ${source.lookedAt}`);
  }
  throw notFound(lookedAt);
}

function notFound(lookedAt: readonly string[]): ToolError {
  const message =
    lookedAt.length === 0
      ? 'no credentials found: every source is switched off'
      : ['no credentials found; looked at', ...lookedAt.map((line) => `  ${line}`)].join('\n');
  return new ToolError('CREDENTIALS_NOT_FOUND', message, {
    hint: 'export ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run where RRSA injects an OIDC token',
    details: { lookedAt },
  });
}
