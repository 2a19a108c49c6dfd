/** A program of one call, for tests that need processes of their own: prints the keys of an OAuth profile. */
import { chain } from '../../../src/credentials/chain.ts';
import { profileSources } from '../../../src/credentials/profiles.ts';
import { nodeIo } from '../../../src/io.ts';

const io = nodeIo();
const [baseUrl = ''] = process.argv.slice(2);
const site = { baseUrl, clientId: 'test' };
const never = async (): Promise<never> => {
  throw new Error('was called');
};

const { provider } = await chain(
  profileSources({
    env: io.env,
    home: io.home,
    clock: io,
    signal: io.signal,
    assumeRole: never,
    assumeRoleWithOidc: never,
    readMetadata: never,
    async exchange({ url, method, headers, body }) {
      const answer = await fetch(url, { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) });
      return { status: answer.status, headers: {}, body: await answer.text() };
    },
    readTimeoutMs: 30_000,
    report: { debug: () => {}, warn: (message) => void io.stderr.write(`${message}\n`) },
    oauthSites: { CN: site, INTL: site },
  }),
);
io.stdout.write((await provider()).accessKeyId);
