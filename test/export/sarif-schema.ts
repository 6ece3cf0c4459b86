/**
 * What SARIF 2.1.0 demands of the properties that winnow writes (OASIS standard, sections 3.13 log file, 3.14 run, 3.18 tool, 3.19 toolComponent,
 * 3.27 result, 3.28 location, 3.29 physicalLocation, 3.4 artifactLocation, 3.30 region, 3.49 reportingDescriptor), and that no other is there.
 */
const object = (required: readonly string[], properties: object): object => ({type: 'object', required, properties, additionalProperties: false});
const message = object(['text'], {text: {type: 'string', minLength: 1}});
const level = {enum: ['none', 'note', 'warning', 'error']};

export const sarifSchema: object = object(['version', 'runs'], {
  $schema: {type: 'string', format: 'uri'},
  version: {const: '2.1.0'},
  runs: {
    type: 'array',
    items: object(['tool'], {
      tool: object(['driver'], {
        driver: object(['name'], {
          name: {type: 'string'},
          version: {type: 'string'},
          rules: {
            type: 'array', uniqueItems: true,
            items: object(['id'], {id: {type: 'string'}, name: {type: 'string'}, shortDescription: message, defaultConfiguration: object([], {level})}),
          },
        }),
      }),
      columnKind: {enum: ['utf16CodeUnits', 'unicodeCodePoints']},
      results: {
        type: 'array',
        items: object(['message'], {
          ruleId: {type: 'string'},
          ruleIndex: {type: 'integer', minimum: -1},
          level,
          message,
          locations: {
            type: 'array', uniqueItems: true,
            items: object([], {
              physicalLocation: object(['artifactLocation'], {
                artifactLocation: object([], {uri: {type: 'string', format: 'uri-reference'}}),
                region: object([], {startLine: {type: 'integer', minimum: 1}}),
              }),
            }),
          },
          partialFingerprints: {type: 'object', additionalProperties: {type: 'string'}},
        }),
      },
    }),
  },
});
