import type { CodegenConfig } from '@graphql-codegen/cli';

const client = {
  preset: 'client' as const,
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string' as const,
    scalars: { DateTime: 'string', NaiveDate: 'string', Long: 'number', JSON: 'any' },
    enumsAsTypes: true,
    useTypeImports: true,
    skipTypename: false,
  },
};

const config: CodegenConfig = {
  schema: '../web-schema/schema.graphql',
  generates: {
    './src/gql/': { ...client, documents: ['src/operations/*.graphql'] },
    // Documents of parts that are loaded when they are asked for: a module of their own, so that they come with them.
    './src/gql/desk/': { ...client, documents: ['src/operations/desk/*.graphql', 'src/operations/fragments.graphql'] },
    './src/gql/intents/': { ...client, documents: ['src/operations/intents/*.graphql'] },
    './src/gql/floor/': { ...client, documents: ['src/operations/floor/*.graphql', 'src/operations/fragments.graphql'] },
    './src/gql/admin/': { ...client, documents: ['src/operations/admin/*.graphql', 'src/operations/fragments.graphql'] },
    './src/gql/plans/': { ...client, documents: ['src/operations/plans/*.graphql'] },
    './src/gql/webhooks/': { ...client, documents: ['src/operations/webhooks/*.graphql'] },
    './src/gql/bots/': { ...client, documents: ['src/operations/bots/*.graphql', 'src/operations/fragments.graphql'] },
    './src/gql/bottest/': { ...client, documents: ['src/operations/bottest/*.graphql'] },
    './src/gql/emergency/': { ...client, documents: ['src/operations/emergency/*.graphql'] },
    './src/gql/whatif/': { ...client, documents: ['src/operations/whatif/*.graphql'] },
    './src/gql/red/': { ...client, documents: ['src/operations/red/*.graphql'] },
    './src/gql/scheduled/': { ...client, documents: ['src/operations/scheduled/*.graphql'] },
    './src/gql/identity/': { ...client, documents: ['src/operations/identity/*.graphql'] },
    './src/gql/lookup/': { ...client, documents: ['src/operations/lookup/*.graphql'] },
    './src/gql/search/': { ...client, documents: ['src/operations/search/*.graphql'] },
    './src/gql/steps/': { ...client, documents: ['src/operations/steps/*.graphql'] },
    './src/gql/knowledge/': { ...client, documents: ['src/operations/knowledge/*.graphql'] },
  },
};
export default config;
