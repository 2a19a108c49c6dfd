import { ToolError } from '../errors.ts';
import type { Provider, Source } from './provider.ts';

/**
 * The provider of the first source that is configured. Later sources are not looked at.
 * Throws `CREDENTIALS_NOT_FOUND`, with one line for each place looked at, when none is; what a source throws
 * (`CREDENTIALS_SOURCE_BROKEN`) stops the search.
 */
export async function chain(sources: readonly Source[]): Promise<Provider> {
  for (const source of sources) {
    const provider = await source.resolve();
    if (provider !== undefined) return provider;
  }
  throw notFound(sources);
}

function notFound(sources: readonly Source[]): ToolError {
  const lookedAt = sources.map((source) => `${source.name}: ${source.lookedAt}`);
  const message =
    lookedAt.length === 0
      ? 'no credentials found: every source is switched off'
      : ['no credentials found; looked at', ...lookedAt.map((line) => `  ${line}`)].join('\n');
  return new ToolError('CREDENTIALS_NOT_FOUND', message, {
    hint: 'export ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run where RRSA injects an OIDC token',
    details: { lookedAt },
  });
}
