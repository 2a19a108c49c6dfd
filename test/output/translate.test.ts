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
    const translate = createTranslator({
      'looked at': '已检查',
      '- {}': '- {}',
      '{}: {}': '{}：{}',
      'it is empty': '它是空的',
    });
    expect(translate('looked at\n  - file x: it is empty\n\tother\n')).toBe('已检查\n  - file x：它是空的\n\tother\n');
  });

  it('does not take a sentence from elsewhere for one of a few words', () => {
    const translate = createTranslator({ 'role {}': '角色 {}', '{} or {}': '{} 或 {}', '{}: {}': '{}：{}' });
    for (const text of ['role is not yours to take', 'yes or no, I do not know', 'Error: bad thing']) {
      expect(translate(text)).toBe(text);
    }
    expect(translate('role reader')).toBe('角色 reader');
  });

  it('leaves names alone, whatever word they are', () => {
    const translate = createTranslator({ 'role {}': '角色 {}', request: '请求', 'no answer': '没有应答' });
    expect(['role request', 'role no answer', 'request'].map(translate)).toEqual([
      '角色 request',
      '角色 没有应答',
      '请求',
    ]);
  });

  it('translates lists of any length', () => {
    const translate = createTranslator({ 'roles: {}': '角色：{}', '{}, {}': '{}，{}', '{} to create': '创建 {} 个' });
    const counts = Array.from({ length: 12 }, (_, index) => index);
    expect(translate(`roles: ${counts.map((count) => `${count} to create`).join(', ')}`)).toBe(
      `角色：${counts.map((count) => `创建 ${count} 个`).join('，')}`,
    );
  });

  it('takes a colon for the end of what it stands behind', () => {
    const translate = createTranslator({ '{} is not set': '没有设置 {}', '{}: {}': '{}：{}' });
    expect(translate('credentials file: HOME is not set')).toBe('credentials file：没有设置 HOME');
  });

  it('leaves the block of an API error as it is', () => {
    const chinese = createChinese();
    const block = 'SDKError:\n   StatusCode: 403\n   Code: no answer\n   Message: there is no role x\n   Data: {}';
    expect(chinese(block)).toBe(block);
  });

  it('puts Chinese and Latin side by side as Chinese is written', () => {
    const chinese = createChinese();
    expect(chinese('create role r1, which service account a/b may assume')).toBe('创建角色 r1，允许服务账户 a/b 扮演');
    expect(chinese('enabling RRSA of cluster c1 (task T-1)')).toBe('正在为集群 c1（任务 T-1）启用 RRSA');
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
