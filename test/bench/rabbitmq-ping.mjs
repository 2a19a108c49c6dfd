// A minute of `rabbitmq ping` against the real broker, twice: 1,200 messages with a fresh connection every 5 s, and the
// same with a restart of the broker in between. Needs Debian's rabbitmq-server; ends with 1 when anything was lost.
import { spawnSync } from 'node:child_process';

const argv = ['vitest', 'run', 'test/interop/rabbitmq.test.ts'];
const { status } = spawnSync('npx', argv, {
  stdio: 'inherit',
  env: { CI: 'true', ...process.env, RABBITMQ_PING_DURATION: '60s', RABBITMQ_PING_REFRESH: '5s' },
});
process.exitCode = status ?? 1;
