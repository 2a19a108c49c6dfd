import { expect, it } from 'vitest';
import { runTool, scratchFolder } from '../support/tool.ts';

it('the tour tells the whole story, every step as it should go', async () => {
  const tour = await runTool(['sandbox', 'tour'], { env: { HOME: scratchFolder() } });
  expect(tour.exitCode, tour.stdout + tour.stderr).toBe(0);
  expect(tour.stdout).toContain('AuthenticationFail.NoPermission');
  expect(tour.stdout).toContain('StatusForbidden');
  expect(tour.stdout).toContain('cluster name: foob');
}, 90_000);
