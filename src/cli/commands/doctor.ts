import type {Command} from 'commander';
import type {Check} from '../../capture/doctor/check.js';
import {type Examination, examineHost} from '../../capture/doctor/examine.js';
import {realHost} from '../../capture/doctor/host.js';
import type {LadderStep} from '../../capture/doctor/ladder.js';
import {ExitCode} from '../../model/exit-code.js';
import type {RegisterCommand} from '../program.js';

export const registerDoctor: RegisterCommand = (program, contextOf) => {
  program
    .command('doctor')
    .description('say what this host can do, and what mends it')
    .addHelpText('after', `
Exits with 0 where a probe works and Docker answers, else with 5.

Examples:
  winnow doctor
  winnow doctor --json | jq -r '.checks[] | select(.status == "no") | .mend'`)
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      const examination = await examineHost(realHost(context.env, context.signal));
      if (context.json) {
        context.printJson(examination);
      } else {
        describe(examination).forEach(context.print);
      }
      context.exitWith(examination.canProfile ? ExitCode.done : ExitCode.hostCannot);
    });
};

function describe({checks, ladder, probe, canProfile}: Examination): string[] {
  const width = Math.max(...checks.map(({name}) => name.length));
  return [
    ...checks.flatMap((check) => describeCheck(check, width)),
    '',
    'The probe ladder, best first (--backend, --rung):',
    ...ladder.map(describeStep),
    '',
    probe.chosen === null ? 'No probe works here.' : `winnow profile would use ${probe.rung}: ${probe.why}.`,
    ...(probe.cannotSee.length === 0 ? [] : ['It cannot see:', ...probe.cannotSee.map(({what, instead}) => `  - ${what} (${instead})`)]),
    canProfile ? 'This host can profile.' : 'This host cannot profile yet; the commands behind "mend" are what it takes.',
  ];
}

function describeStep({rung, works, detail, used}: LadderStep): string {
  return `${works ? marks.ok : marks.no}  ${rung.padEnd('tracepoint'.length)}  ${detail}${used ? '; a run uses it' : ''}`;
}

const marks = {ok: 'ok', no: 'no', unknown: '??'} as const;

function describeCheck({name, status, detail, mend}: Check, width: number): string[] {
  const line = `${marks[status]}  ${name.padEnd(width)}  ${detail}`;
  return mend === null ? [line] : [line, `    ${''.padEnd(width)}  mend: ${mend}`];
}
