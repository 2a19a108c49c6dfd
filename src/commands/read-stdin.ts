import { ToolError } from '../errors.ts';
import type { Io } from '../io.ts';
import { readFault } from '../read-fault.ts';

/** All of stdin; of more than `mostBytes` the start, which is longer than that. Throws `FILE_UNREADABLE`. */
export async function readStdin(stdin: Io['stdin'], mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      length += bytes.length;
      if (length > mostBytes) break;
    }
  } catch (cause) {
    throw new ToolError('FILE_UNREADABLE', `cannot read standard input: ${readFault(cause)}`, { cause });
  }
  return Buffer.concat(chunks);
}
