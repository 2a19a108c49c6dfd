import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const room = new URL('../../src/output/', import.meta.url);
const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

describe('the output room', () => {
  it.each(files)('%s loads no dear library before it is needed', (file) => {
    const text = readFileSync(new URL(file, room), 'utf8');
    expect(text).not.toMatch(/^import (?!type )[^;]*'(?:@inquirer\/prompts|ora|diff)'/m);
  });
});
