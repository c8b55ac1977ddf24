/** Variables of the process by name, as commands are handed them. */
export type Environment = Record<string, string | undefined>;
