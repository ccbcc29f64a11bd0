import type { AlertBitsFragment } from '../gql/floor/graphql';

type State = Pick<AlertBitsFragment, 'kind' | 'endedAt' | 'acknowledgedAt'>;

/** Those that nobody has looked at yet. */
export const unseen = <A extends State>(alerts: readonly A[]): A[] => alerts.filter((alert) => !alert.endedAt && !alert.acknowledgedAt);

/** As many as wait to be looked at; an emergency plan is shown by itself for as long as it is in force. */
export const counted = (alerts: readonly State[]): number => unseen(alerts).filter(({ kind }) => kind !== 'EMERGENCY').length;
