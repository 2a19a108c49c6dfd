import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChinese } from '../../src/output/texts/zh.ts';
import { createTranslator } from '../../src/output/translate.ts';

describe('a translator', () => {
  it('gives back what it does not know', () => {
    const translate = createTranslator({ hello: '你好', 'there is no role {}': '没有名为 {} 的角色' });
    expect(['Hello', 'there is no roles', '', '  ', '{}', 'x\ny'].map(translate)).toEqual([
      'Hello',
      'there is no roles',
      '',
      '  ',
      '{}',
      'x\ny',
    ]);
  });

  it('fills values in their order, or in the one that the translation gives', () => {
    const translate = createTranslator({
      '{} is not attached to role {}': '{} 没有附加到角色 {}',
      'user {} of {}': '{2} 的用户 {1}',
    });
    expect(translate('p1 is not attached to role r1')).toBe('p1 没有附加到角色 r1');
    expect(translate('user alice of c1')).toBe('c1 的用户 alice');
  });

  it('translates values that it knows', () => {
    const translate = createTranslator({
      'role {}': '角色 {}',
      '{} could not be read: {}': '无法读取{}：{}',
      'permission denied': '没有访问权限',
    });
    expect(translate('role r1 could not be read: permission denied')).toBe('无法读取角色 r1：没有访问权限');
    expect(translate('role r1 could not be read: EIO')).toBe('无法读取角色 r1：EIO');
  });

  it('takes the template with the longest text of its own', () => {
    const translate = createTranslator({
      'role {} {}': '短',
      'role {} is gone: {}': '中',
      'role {} is gone: somebody deleted it': '长',
    });
    expect(translate('role r is gone: somebody deleted it')).toBe('长');
    expect(translate('role r is gone: why')).toBe('中');
  });

  it('translates line by line and keeps the white space around a line', () => {
    const translate = createTranslator({ 'looked at': '已检查', '- {}': '- {}', '{}: {}': '{}：{}', empty: '空' });
    expect(translate('looked at\n  - file x: empty\n\tother\n')).toBe(
      '已检查\n  - file x：empty\n\tother\n'.replace('empty', '空'),
    );
  });

  it('does not take a sentence from elsewhere for one of a few words', () => {
    const translate = createTranslator({ 'role {}': '角色 {}', '{} or {}': '{} 或 {}', '{}: {}': '{}：{}' });
    for (const text of ['role is not yours to take', 'yes or no, I do not know', 'Error: bad thing']) {
      expect(translate(text)).toBe(text);
    }
    expect(translate('role reader')).toBe('角色 reader');
  });

  it('does not read a value as a place for another', () => {
    const translate = createTranslator({ 'role {} of {}': '{2} 的角色 {1}' });
    expect(translate('role {2} of $1')).toBe('$1 的角色 {2}');
  });

  it('is the inverse of filling in for names without the words of the template', () => {
    const translate = createTranslator({ 'policy {} was attached to role {} meanwhile': '<{2}|{1}>' });
    const name = fc.stringMatching(/^[A-Z0-9_.@-]{1,40}$/);
    fc.assert(
      fc.property(name, name, (policy, role) => {
        expect(translate(`policy ${policy} was attached to role ${role} meanwhile`)).toBe(`<${role}|${policy}>`);
      }),
    );
  });

  it('takes any text, and keeps its lines', () => {
    const chinese = createChinese();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        expect(chinese(text).split('\n')).toHaveLength(text.split('\n').length);
      }),
    );
  });

  it('keeps up with long hostile texts', () => {
    const chinese = createChinese();
    for (const part of [
      ': ',
      ', ',
      ' and ',
      '; ',
      '(',
      '- ',
      'role ',
      'a: b, ',
      'role x: cluster y, and ',
      '"" is not ',
    ]) {
      const text = part.repeat(Math.floor(7_900 / part.length));
      expect(chinese(text).length).toBeGreaterThan(0);
    }
    expect(chinese('x: '.repeat(100_000))).toBe('x: '.repeat(100_000));
  });
});
