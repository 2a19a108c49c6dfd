/**
 * PowerShell is not to be had where this is tested: its script is read by rules of its grammar (quotes, brackets,
 * comments) and held to the parts that it is made of, no more. What the tool answers to it is tested for itself.
 */
import { describe, expect, it } from 'vitest';
import { completionScript } from '../../../src/commands/completion/completion.ts';

type Token = { kind: 'code' | 'text'; text: string };

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Throws where a quote or a bracket is not closed. */
function readPowershell(script: string): Token[] {
  const tokens: Token[] = [];
  const open: string[] = [];
  let rest = script;
  while (rest !== '') {
    const [text = ''] =
      /^(?:#[^\n]*|'(?:[^']|'')*'|"(?:[^"`]|`[\s\S]|"")*"|[^'"#]+?(?=['"#]|$)|[\s\S])/.exec(rest) ?? [];
    rest = rest.slice(text.length);
    if (text.startsWith('#')) continue;
    const isText = /^['"]/.test(text);
    if (isText && text.length < 2) throw new Error(`a quote is not closed before ${rest.slice(0, 40)}`);
    tokens.push({ kind: isText ? 'text' : 'code', text });
    if (isText) continue;
    for (const character of text) {
      if (character in closing) open.push(closing[character] as string);
      else if (')]}'.includes(character) && open.pop() !== character)
        throw new Error(`unmatched ${character} in ${text}`);
    }
  }
  if (open.length > 0) throw new Error(`${open.join(' ')} missing at the end`);
  return tokens;
}

describe.each([true, false])('the script for PowerShell, descriptions: %s', (descriptions) => {
  const tokens = readPowershell(completionScript('powershell', descriptions));
  const code = tokens.map(({ text }) => text).join('');

  it('closes what it opens', () => {
    expect(tokens.length).toBeGreaterThan(10);
  });

  it('completes the tool by every name that npm gives it', () => {
    const [head = ''] = code.trim().split('{');
    expect(head).toBe(
      "Register-ArgumentCompleter -Native -CommandName 'ack-ram-tool', 'ack-ram-tool.exe', 'ack-ram-tool.cmd', 'ack-ram-tool.ps1' -ScriptBlock ",
    );
  });

  it('takes what PowerShell hands to a completer of a program', () => {
    expect(code).toMatch(/\{\s+param\(\$wordToComplete, \$commandAst, \$cursorPosition\)/);
  });

  it('asks the tool, every word behind a dot, and throws away what it says on stderr', () => {
    const options = descriptions ? '' : ' --no-descriptions';
    expect(code).toContain(`@(& $tool __complete${options} powershell @words 2>$null)`);
    expect(code.match(/\$words \+= '\.' \+/g)?.length).toBe(3);
  });

  it('never evaluates text', () => {
    const words = tokens.filter(({ kind }) => kind === 'code').map(({ text }) => text);
    expect(words.join(' ')).not.toMatch(/Invoke-Expression|\biex\b|ScriptBlock\]::Create|ExpandString/i);
  });

  it('uses only variables that it sets', () => {
    const known = new Set(['null', 'PROFILE', 'wordToComplete', 'commandAst', 'cursorPosition']);
    for (const [, name = ''] of code.matchAll(/\$(\w+)(?=\s*=|,\s*\$|\s+in\b)/g)) known.add(name);
    for (const [, name = ''] of code.matchAll(/\$(\w+)/g)) expect(known).toContain(name);
  });
});

describe('the reader of that script', () => {
  it.each(["'a", '"a`"', '(', '{)', 'a]'])('refuses %s', (script) => {
    expect(() => readPowershell(script)).toThrow();
  });

  it.each(["'a''b'", '"a`"b"', "({[]}) # '", "@('(')"])('takes %s', (script) => {
    expect(readPowershell(script).length).toBeGreaterThan(0);
  });
});
