import type {Log, Result} from 'sarif';
import {pathToText, type ContainerPath} from '../model/container-path.js';
import {type Check, checkNames, type CheckResult, checkTitles} from './check-result.js';

/** GitHub takes so many results of a run, and shows fewer. */
const maxMisses = 1000;

/**
 * SARIF 2.1.0: a result for each threshold that was exceeded, and one for each path that a plan removes and a run needed. What is at
 * fault is an image, which has no line: results stand at `file` of the repository, such as its Dockerfile.
 */
export function sarifLog({checks, newMisses}: CheckResult, file: string, toolVersion: string): Log {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'winnow',
            version: toolVersion,
            rules: checkNames.map((name) => ({id: name, name, shortDescription: {text: checkTitles[name]}, defaultConfiguration: {level: 'error'}})),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: [
          ...checks.filter(({passed}) => !passed).map((check) => resultOf(check, file)),
          ...(checks.some(({name, passed}) => name === 'max-new-misses' && !passed) ? newMisses.slice(0, maxMisses).map((path) => missOf(path, file)) : []),
        ],
      },
    ],
  };
}

const resultOf = ({name, message}: Check, file: string): Result => ({...located(name, file), message: {text: message}, partialFingerprints: {'winnow/1': name}});

function missOf(path: ContainerPath, file: string): Result {
  const {text} = pathToText(path);
  return {...located('max-new-misses', file), message: {text: `A run needed ${text}, which the plan removes.`}, partialFingerprints: {'winnow/1': `miss ${text}`}};
}

const located = (name: Check['name'], file: string): Pick<Result, 'ruleId' | 'ruleIndex' | 'level' | 'locations'> => ({
  ruleId: name,
  ruleIndex: checkNames.indexOf(name),
  level: 'error',
  locations: [{physicalLocation: {artifactLocation: {uri: encodeURI(file)}, region: {startLine: 1}}}],
});
