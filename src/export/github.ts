import {pathToText} from '../model/container-path.js';
import {type CheckResult, checkTitles} from './check-result.js';

/** More would hide the rest of a page. */
const shownMisses = 20;

/** Workflow commands that annotate a file of the repository, a line for each threshold that was exceeded. */
export function githubAnnotations({checks}: CheckResult, file: string): string[] {
  return checks.filter(({passed}) => !passed).map(({name, message}) => (
    `::error file=${property(file)},title=${property(checkTitles[name])}::${data(message)}`
  ));
}

/** A section for the page of a workflow's run (GITHUB_STEP_SUMMARY), in GitHub's Markdown. */
export function githubSummary({image, passed, checks, newMisses}: CheckResult): string {
  const misses = newMisses.slice(0, shownMisses).map((path) => `- ${code(pathToText(path).text)}`);
  return [
    `### ${passed ? '✅' : '❌'} winnow check ${code(image.name)}`,
    '',
    '| | check | found |',
    '|---|---|---|',
    ...checks.map(({name, passed: held, message}) => `| ${held ? '✅' : '❌'} | ${name} | ${cell(message)} |`),
    '',
    ...(misses.length === 0 ? [] : ['Removed by the plan and needed by a run:', '', ...misses, ...(newMisses.length > shownMisses ? [`- and ${newMisses.length - shownMisses} more`] : []), '']),
    '',
  ].join('\n');
}

/** Escapes as the runner undoes them (actions/toolkit, docs/commands.md). */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

const cell = (text: string): string => text.replaceAll(/[\\|<>&`*_[\]~]/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll(/\s+/g, ' ');

/** As HTML: a name may hold back-quotes, and must not become markup. */
const code = (text: string): string => `<code>${cell(text)}</code>`;
