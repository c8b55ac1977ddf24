/** The same without questions: what a script, or a person without a terminal, types instead. */
import type { Suggestion } from "../first-keys.ts";

export interface Step {
  says: string;
  command: string;
}

export function equivalentSteps(suggestions: readonly Suggestion[]): Step[] {
  const [first] = suggestions;
  const provider = first?.provider.id ?? "groq";
  const variable = first?.provider.environment[0] ?? "GROQ_API_KEY";
  return [
    {
      says: "Add a key that a variable holds",
      command: `freellm keys add ${provider} --from-env ${variable}`,
    },
    { says: "Or all keys of a .env file", command: "freellm keys import .env --yes" },
    { says: "Add the providers that need no key", command: "freellm keys add --keyless --yes" },
    { says: "Ask the providers whether the keys are good", command: "freellm keys test" },
    { says: "Start with every login", command: "freellm service install" },
    { says: "Or start here", command: "freellm serve" },
    { says: "Print the token for clients", command: "freellm token" },
    { says: "Ask something", command: 'freellm chat "Say hello"' },
  ];
}
