import { Command, CommanderError } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { describeError } from '../describe-error.ts';
import { AgentError } from '../errors.ts';
import { cleanupCommand } from './cleanup-command.ts';
import type { CliIo } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { deployCommand } from './deploy-command.ts';
import { doctorCommand } from './doctor-command.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { invokeCommand } from './invoke-command.ts';
import { logsCommand } from './logs-command.ts';
import { pauseCommand, resumeCommand } from './pause-command.ts';
import { planCommand } from './plan-command.ts';
import { pokeCommand } from './poke-command.ts';
import { printable } from './printable.ts';
import { runCommand } from './run-command.ts';
import { setupNetworkCommand } from './setup-network-command.ts';
import { setupPoolCommand } from './setup-pool-command.ts';
import { stackOf } from './stack-of.ts';
import { statusCommand } from './status-command.ts';
import { table } from './table.ts';

/** Runs one command. Whatever goes wrong is written to stderr. @returns the exit code */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let code: number = EXIT_CODES.done;
  const program = createProgram(io, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has written its message.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    writeError(error, io, Boolean(program.opts<{ debug?: boolean }>().debug));
    return exitCodeOf(error);
  }
}

function createProgram(io: CliIo, onEnd: (code: number) => void): Command {
  const program = new Command('agent')
    .description('A Prefect agent without a server: look at it, run it, operate the deployed one.')
    .version(packageJson.version, '-V, --version', 'Show the version.')
    .helpOption('-h, --help', 'Show this help.')
    .helpCommand('help [command]', 'Show the help of a command.')
    .option('--json', 'Write the result as JSON.')
    .option('--debug', 'Show errors with their stacks.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // The value of an unknown option may be a secret.
      outputError: (text, write) => {
        write(text.replace(/(unknown option '[^=']+)=[^]*'/, "$1'"));
      },
      getOutHasColors: () => colorsFor(io.stdout, io.env).isColorSupported,
      getErrHasColors: () => colorsFor(io.stderr, io.env).isColorSupported,
    })
    .showHelpAfterError('Try --help.')
    .addHelpText('after', HELP);
  const commands = [
    doctorCommand(io, onEnd),
    planCommand(io, onEnd),
    runCommand(io, onEnd),
    invokeCommand(io, onEnd),
    pokeCommand(io, onEnd),
    pauseCommand(io, onEnd),
    resumeCommand(io, onEnd),
    statusCommand(io, onEnd),
    logsCommand(io, onEnd),
    cleanupCommand(io, onEnd),
    setupPoolCommand(io, onEnd),
    setupNetworkCommand(io, onEnd),
    deployCommand(io, onEnd),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  return program;
}

const codes = Object.entries(EXIT_CODES).map(([name, code]) => [
  `  ${code}`,
  EXIT_CODE_MEANINGS[name as keyof typeof EXIT_CODES],
]);

const HELP = `
Settings come from the environment and Prefect's own files, as for Prefect's agent; flags win over them.
Prefect 3: PREFECT_API_URL and PREFECT_WORK_POOL. Prefect 1's own server: PREFECT__BACKEND=server.

Exit codes:
${table(codes)}
Examples:
  $ agent doctor                           Is all there that an agent needs?
  $ agent plan --label prod                What would a poll do now?
  $ agent run --api http://localhost:4200  Start what is due, then end.
  $ agent run --forever                    Live as Prefect's own agent does, until Ctrl-C.
  $ agent invoke --stage prod              Let the deployed function poll now.
  $ agent poke --stage prod                The same, without waiting for it.
  $ agent pause --stage prod               Let the deployed function claim nothing.
  $ agent resume --stage prod              Let it claim again.
  $ agent status --stage prod              What did it do lately?
  $ agent logs --stage prod --follow       What does it do?
  $ agent cleanup                          Which task definitions are no longer used?
  $ agent setup-pool                       Create the work pool of Prefect 3, or bring it up to date.
  $ agent setup-network --stage prod       Name the default VPC's subnets in the stage's file.
  $ agent deploy --stage prod              Check, deploy, and have it poll.
`;

function writeError(error: unknown, { stderr, env }: CliIo, debug: boolean): void {
  const text = printable(debug ? stackOf(error) : shortText(error));
  const indented = text.includes('\n') ? `\n${text}`.replaceAll('\n', '\n  ') : ` ${text}`;
  stderr.write(`${colorsFor(stderr, env).red('error:')}${indented}\n`);
}

/** The project's own errors say all in their message; of others the name says something too. */
function shortText(error: unknown): string {
  return error instanceof AgentError ? error.message : `${describeError(error)} (--debug shows where)`;
}
