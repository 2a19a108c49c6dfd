import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningSandbox, runTool } from './tool.ts';

const account = '1000000000000001';

/**
 * Turns RRSA on, lets service account `ns/sa` assume role `app`, which may read RAM and ACK, and gives the environment
 * that a pod of it would have. `home` holds its token.
 */
export async function podOn(sandbox: RunningSandbox, home: string): Promise<Record<string, string | undefined>> {
  const env = { ...sandbox.env, HOME: home };
  const cluster = sandbox.clusters.foo;
  const must = async (...argv: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await runTool(argv, { env });
    if (exitCode !== 0) throw new Error(`${argv.join(' ')} failed: ${stderr}`);
    return stdout;
  };
  const subject = ['-n', 'ns', '-s', 'sa'];
  const policies = ['AliyunCSReadOnlyAccess', 'AliyunRAMReadOnlyAccess'];
  const attach = policies.flatMap((policy) => ['--attach-system-policy', policy]);
  await must('rrsa', 'enable', '-c', cluster, '-y');
  await must(
    'rrsa',
    'associate-role',
    '-c',
    cluster,
    '-r',
    'app',
    ...subject,
    '-y',
    '--create-role-if-not-exist',
    ...attach,
  );
  const token = join(home, `token-of-${cluster}`);
  writeFileSync(token, await must('sandbox', 'token', '-c', cluster, ...subject));
  return {
    ...env,
    ALIBABA_CLOUD_ACCESS_KEY_ID: undefined,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: undefined,
    ALIBABA_CLOUD_ROLE_ARN: `acs:ram::${account}:role/app`,
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN: `acs:ram::${account}:oidc-provider/ack-rrsa-${cluster}`,
    ALIBABA_CLOUD_OIDC_TOKEN_FILE: token,
  };
}
