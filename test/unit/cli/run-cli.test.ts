import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { EXIT_CODES } from '../../../src/cli/exit-codes.ts';
import { cli, FakeIo } from '../../support/cli.ts';

test.each([
  [['--help']],
  [['plan', '--help']],
  [['run', '--help']],
  [['invoke', '-h']],
  [['cleanup', '-h']],
  [['help', 'run']],
])('%j is help with examples on stdout', async (argv) => {
  const { code, out, err } = await cli(argv);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/Examples:\n {2}\$ agent /);
});

test('the help of each command says what it needs in AWS, and ends with examples of it', async () => {
  const { out } = await cli(['--help']);
  const [, list = ''] = /^Commands:\n(.*?)\n\n/ms.exec(out) ?? [];
  const names = Array.from(list.matchAll(/^ {2}([a-z-]+) \[options\]/gm), ([, name = '']) => name);
  expect(names).toHaveLength(13);
  for (const name of names) {
    const help = (await cli([name, '--help'])).out;
    expect(help).toMatch(
      new RegExp(`^Needs .*\\n\\nExamples:\\n( {2}\\$ agent ${name}\\b.*\\n)+\\n?$`, 'ms'),
    );
  }
});

test('the help names every exit code', async () => {
  const { out } = await cli(['--help']);
  for (const code of Object.values(EXIT_CODES)) expect(out).toMatch(new RegExp(`^ {2}${code} {2}\\w`, 'm'));
});

test('--version is that of the package', async () => {
  expect(await cli(['--version'])).toEqual({ code: 0, out: `${packageJson.version}\n`, err: '' });
});

test('no command is wrong usage, answered with the help', async () => {
  const { code, out, err } = await cli([]);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain('Commands:');
});

test.each([
  [['plna'], '(Did you mean plan?)'],
  [['run', '--max-pols', '1'], '(Did you mean --max-polls?)'],
  [['plan', 'extra'], 'too many arguments'],
  [['invoke', '--max-polls', '0'], 'Expected a whole number of 1 or more'],
  [['run', '--cluster'], 'argument missing'],
  [['run', '--agent-address', 'http://127.0.0.1:1'], '--forever'],
])('%j is wrong usage: %s', async (argv, hint) => {
  const { code, out, err } = await cli(argv);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(hint);
});

test.each([
  [['run', '--key', 'sesame']],
  [['plan', '-k', 'sesame']],
  [['run', '--key=sesame']],
  [['run', '--key', 'sesame', '--max-polls', 'x']],
])('%j: a key as an argument is refused, and not shown', async (argv) => {
  const { code, err } = await cli(argv);
  expect(code).toBe(2);
  expect(err).toContain('PREFECT__CLOUD__API_KEY');
  expect(err).not.toContain('sesame');
});

test('wrong settings are listed on stderr, without a stack', async () => {
  const env = { PREFECT__BACKEND: 'server', PREFECT__CLOUD__API: 'nonsense' };
  const { code, out, err } = await cli(['plan', '--launch-type', 'x'], env);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(
    /^error:\n {2}PREFECT__CLOUD__API \(environment\): .*\n {2}--launch-type \(PREFECT.*\n/,
  );
  expect(err).not.toMatch(/^ +at /m);
});

test('--debug shows the stack', async () => {
  const { err } = await cli(['plan', '--debug', '--launch-type', 'x'], { PREFECT__BACKEND: 'server' });
  expect(err).toMatch(/^ +at /m);
});

test('an error is coloured for a person only', async () => {
  const person = new FakeIo({}, true);
  await person.run('run', '-k', 'x');
  expect(person.err).toContain('\u001b[31merror:');
  const polite = new FakeIo({ NO_COLOR: '1' }, true);
  await polite.run('run', '-k', 'x');
  expect(polite.err).toMatch(/^error: /);
});

test.each([[['plan', '--api-key=sesame']], [['--token=sesame', 'plan']], [['run', '--kye', 'sesame']]])(
  '%j: what an unknown option holds is not shown',
  async (argv) => {
    const { code, err } = await cli(argv);
    expect(code).toBe(2);
    expect(err).toContain('unknown option');
    expect(err).not.toContain('sesame');
  },
);
